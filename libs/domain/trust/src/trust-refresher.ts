import { Database } from '@breakwater/platform';
import { nextSnapshot, nextTimestamp, parseEnvelope, parseRoot, type ServerRole, type Unsigned } from '@breakwater/tuf';
import { Injectable } from '@nestjs/common';
import { ServerSignatures } from './server-signatures';
import { fileOf, TrustFilesRepository, type NewFile } from './trust-files.repository';
import { TrustRepositoriesRepository } from './trust-repositories.repository';
import { firstExpiry, metadataNotFound, TrustStates, type TrustState } from './trust-state';

/**
 * Signs timestamps and snapshots anew when they have expired. Whoever reads meanwhile waits for one refresh, and not for
 * one each: in this process by asking together, in others by the lock, under which all look again.
 */
@Injectable()
export class TrustRefresher {
  private readonly underWay = new Map<string, Promise<void>>();

  constructor(
    private readonly database: Database,
    private readonly files: TrustFilesRepository,
    private readonly repositories: TrustRepositoriesRepository,
    private readonly states: TrustStates,
    private readonly signatures: ServerSignatures,
  ) {}

  /**
   * `before`: what expires by then is signed anew. Throws METADATA_NOT_FOUND when the signer does not hold the key that
   * it takes, UNAVAILABLE when it does not answer.
   */
  refresh(gun: string, before: Date): Promise<void> {
    const known = this.underWay.get(gun);
    if (known) return known;
    const started = this.database
      .transaction(() => this.refreshLocked(gun, before))
      .finally(() => this.underWay.delete(gun));
    this.underWay.set(gun, started);
    return started;
  }

  private async refreshLocked(gun: string, before: Date): Promise<void> {
    await this.files.lock(gun);
    const state = await this.states.read(gun);
    if (!state) throw metadataNotFound();
    const snapshotDue = state.snapshot.expires < before;
    if (!snapshotDue && state.timestamp.expires >= before) return;
    const now = new Date();
    const made: NewFile[] = [];
    let { snapshotBytes } = state;
    let snapshotExpiry: { expires: Date | string } = state.snapshot;
    if (snapshotDue) {
      const next = nextSnapshot(state.snapshot, new Map(), now);
      snapshotBytes = await this.sign({ gun, role: 'snapshot' }, state, next);
      snapshotExpiry = next;
      made.push(fileOf('snapshot', next.version, snapshotBytes));
    }
    const next = nextTimestamp(state.timestamp, snapshotBytes, now);
    const timestamp = fileOf('timestamp', next.version, await this.sign({ gun, role: 'timestamp' }, state, next));
    await this.files.add(gun, [...made, timestamp]);
    await this.repositories.refreshed(gun, firstExpiry(snapshotExpiry, next));
    await this.repositories.addChange({ gun, version: next.version, sha256: timestamp.sha256, category: 'update' });
  }

  private async sign(owner: { gun: string; role: ServerRole }, { files }: TrustState, next: Unsigned): Promise<Buffer> {
    const rootBytes = files.get('root');
    if (!rootBytes) throw metadataNotFound();
    const made = await this.signatures.sign(owner, parseRoot(parseEnvelope(rootBytes)), next);
    if (!made) throw metadataNotFound();
    return made;
  }
}
