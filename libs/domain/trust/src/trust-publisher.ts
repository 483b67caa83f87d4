import { AppError, failpoint } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import {
  canonicalKeyIdOf,
  InvalidUpdateError,
  nextSnapshot,
  nextTimestamp,
  parseEnvelope,
  signedTargets,
  TufError,
  validatePublication,
  type Envelope,
  type ValidPublication,
} from '@breakwater/tuf';
import { Injectable } from '@nestjs/common';
import { ChangeNews } from './change-news';
import { ServerSignatures } from './server-signatures';
import { fileOf, TrustFilesRepository, type NewFile } from './trust-files.repository';
import { TrustRepositoriesRepository } from './trust-repositories.repository';
import { firstExpiry, TrustStates, type TrustState } from './trust-state';

export interface PublishRequest {
  gun: string;
  /** The repository here, when the host before it is one of ours. */
  repository: string | undefined;
  /** Role → what the client sent. */
  uploaded: ReadonlyMap<string, Envelope>;
}

/** What a publication came to: the new timestamp. */
export interface Published {
  version: number;
  sha256: string;
}

/**
 * Publishes trust data: all of it is checked and stored in one transaction, one at a time for each GUN, so that readers
 * see the state before or the state after. The signer is asked inside it; nothing that it does has to be undone.
 */
@Injectable()
export class TrustPublisher {
  constructor(
    private readonly database: Database,
    private readonly files: TrustFilesRepository,
    private readonly repositories: TrustRepositoriesRepository,
    private readonly states: TrustStates,
    private readonly signatures: ServerSignatures,
    private readonly news: ChangeNews,
  ) {}

  /** Throws INVALID_UPDATE, VERSION, UNAVAILABLE. */
  async publish(request: PublishRequest): Promise<Published> {
    const published = await this.database.transaction(() => this.publishLocked(request));
    failpoint('trust.after-commit');
    return published;
  }

  private async publishLocked(request: PublishRequest): Promise<Published> {
    const { gun, uploaded } = request;
    const now = new Date();
    await this.files.lock(gun);
    const state = await this.states.read(gun);
    const valid = validated({ ...request, now }, state);
    await this.requireNewer(gun, uploaded);
    const snapshot = valid.snapshot?.bytes ?? (await this.makeSnapshot(gun, { valid, state, now }));
    const timestamp = await this.makeTimestamp(gun, { valid, state, now, snapshot });
    const files = [...uploaded].map(([role, { version, bytes }]) => fileOf(role, version, bytes));
    if (!valid.snapshot) files.push(fileOf('snapshot', versionOf(snapshot), snapshot));
    const newTimestamp = fileOf('timestamp', versionOf(timestamp), timestamp);
    await this.store(request, { valid, files: [...files, newTimestamp] });
    await this.index(gun, { valid, state, now, snapshot });
    const { version, sha256 } = newTimestamp;
    await this.news.tell(gun, request.repository);
    await this.repositories.addChange({ gun, version, sha256, category: 'update' });
    failpoint('trust.before-commit');
    return { version, sha256 };
  }

  /** Who publishes on top of an older state than the one in force is told so. */
  private async requireNewer(gun: string, uploaded: ReadonlyMap<string, Envelope>): Promise<void> {
    const stored = await this.files.versions(gun, [...uploaded.keys()]);
    const late = [...uploaded].some(([role, { version }]) => version <= (stored.get(role) ?? 0));
    if (late) throw new AppError('VERSION', 'A newer version of metadata is already available.');
  }

  private async makeSnapshot(gun: string, { valid, state, now }: Work): Promise<Buffer> {
    const next = refusing(() => nextSnapshot(state?.snapshot, valid.files, now));
    const made = await this.signatures.sign({ gun, role: 'snapshot' }, valid.root, next);
    if (made) return made;
    throw refused(
      new InvalidUpdateError(
        'ErrBadHierarchy',
        'no snapshot was included in update and server does not hold current snapshot key for repository',
        'snapshot',
      ),
    );
  }

  private async makeTimestamp(gun: string, { valid, state, now, snapshot }: Work & { snapshot: Buffer }) {
    const next = nextTimestamp(state?.timestamp, snapshot, now);
    const made = await this.signatures.sign({ gun, role: 'timestamp' }, valid.root, next);
    if (made) return made;
    throw refused(new InvalidUpdateError('ErrBadRoot', 'no  timestamp keys exist on the server'));
  }

  private async store(
    { gun, repository }: PublishRequest,
    { valid, files }: { valid: ValidPublication; files: readonly NewFile[] },
  ): Promise<void> {
    const rootKeyIds = rootKeyIdsOf(valid.root.signed);
    const signedHere = files.filter(({ role }) => role === 'timestamp' || role === 'snapshot');
    const refreshTime = firstExpiry(...signedHere.map(({ data }) => expiryOf(data)));
    await this.repositories.save({ gun, repository: repository ?? null, rootKeyIds, refreshTime });
    await this.files.add(gun, files);
    failpoint('trust.after-files');
  }

  /** Of the roles that the new snapshot names; a client's own may leave some out. */
  private async index(gun: string, { valid, state, now, snapshot }: Work & { snapshot: Buffer }): Promise<void> {
    const { meta } = parseEnvelope(snapshot).signed as { meta: Record<string, unknown> };
    const load = (role: string) =>
      Object.hasOwn(meta, role) ? (valid.files.get(role) ?? state?.files.get(role)) : undefined;
    await this.repositories.replaceTargets(gun, signedTargets(valid.root, load, now));
  }
}

interface Work {
  valid: ValidPublication;
  state: TrustState | undefined;
  now: Date;
}

function validated(request: PublishRequest & { now: Date }, state: TrustState | undefined): ValidPublication {
  return refusing(() => validatePublication({ ...request, stored: (role) => state?.files.get(role) }));
}

function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof InvalidUpdateError) throw refused(error);
    if (error instanceof TufError) throw refused(new InvalidUpdateError('ErrValidation', error.message));
    throw error;
  }
}

function refused(error: InvalidUpdateError): AppError {
  return new AppError('INVALID_UPDATE', 'Update sent by the client is invalid.', { detail: error.detail });
}

/** As metadata has them, and as `notary key list` shows them: people pin either. */
function rootKeyIdsOf({ roles, keys }: ValidPublication['root']['signed']): string[] {
  const ids = roles.root?.keyids ?? [];
  const shown = ids.flatMap((id) => (keys[id] ? [canonicalKeyIdOf(keys[id])] : []));
  return [...new Set([...ids, ...shown])];
}

const versionOf = (bytes: Buffer): number => parseEnvelope(bytes).version;
const expiryOf = (bytes: Buffer): { expires: string } => parseEnvelope(bytes).signed as { expires: string };
