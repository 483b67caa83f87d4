import { AppError } from '@breakwater/kernel';
import { Database, TRUST_SIGNER, type TrustSigner } from '@breakwater/platform';
import { baseRoleKeys, parseEnvelope, parseRoot } from '@breakwater/tuf';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { TrustFilesRepository } from './trust-files.repository';
import { TrustKeyRemovalsRepository, type KeyRemoval } from './trust-key-removals.repository';

const batch = 100;
/** Idle keys that one round looks at; the next one goes on after them. */
const mostIdle = 500;

interface Wanted {
  before: Date;
  used: boolean;
}

/**
 * Takes keys from the signer that no root names any more. Whoever publishes holds the lock of the GUN, from before its
 * root is read until it is in force, so that under it no root is on its way; and a key that a client was told of, and has
 * not published yet, is not idle.
 */
@Injectable()
export class TrustKeySweep {
  private readonly logger = new Logger('TrustKeySweep');
  private after = '';

  constructor(
    @Inject(TRUST_SIGNER) private readonly signer: TrustSigner,
    private readonly database: Database,
    private readonly files: TrustFilesRepository,
    private readonly removals: TrustKeyRemovalsRepository,
  ) {}

  /** Keys that signed trust data that was deleted. Answers how many went. Throws UNAVAILABLE: what is left stays noted. */
  async ofDeleted(stopped: () => boolean): Promise<number> {
    let removed = 0;
    for (let last: KeyRemoval | undefined; ;) {
      const page = await this.removals.page(last, batch);
      for (const { gun } of page) {
        if (stopped()) return removed;
        removed += await this.unlessBroken(gun, () => this.afterDeletion(gun));
      }
      last = page.at(-1);
      if (page.length < batch) return removed;
    }
  }

  /**
   * Keys that nobody was told of or used since then, and that no root names: rotated ones, and those of publications that
   * never came. A part of them at a time, from the first again after the last. Answers how many went. Throws UNAVAILABLE.
   */
  async orphaned(before: Date, stopped: () => boolean): Promise<number> {
    const page = await this.signer.idle({ before: before.toISOString(), after: this.after, limit: mostIdle });
    const named = await this.namedBy([...new Set(page.map(({ gun }) => gun))]);
    const orphans = page.filter(({ gun, keyId }) => !named.get(gun)?.includes(keyId));
    let removed = 0;
    for (const gun of new Set(orphans.map((key) => key.gun))) {
      if (stopped()) return removed;
      removed += await this.unlessBroken(gun, () => this.remove(gun, { before, used: false }));
    }
    this.after = page.length < mostIdle ? '' : (page.at(-1)?.keyId ?? '');
    return removed;
  }

  private afterDeletion(gun: string): Promise<number> {
    return this.database.transaction(async () => {
      await this.files.lock(gun);
      const noted = await this.removals.find(gun);
      if (!noted) return 0;
      const removed = await this.remove(gun, { before: noted.deletionTime, used: true });
      await this.removals.done(gun);
      return removed;
    });
  }

  /** The signer is asked under the lock; a key that it removed is not missed when the transaction is undone. */
  private remove(gun: string, { before, used }: Wanted): Promise<number> {
    return this.database.transaction(async () => {
      await this.files.lock(gun);
      const keep = (await this.namedBy([gun])).get(gun) ?? [];
      const removed = await this.signer.remove({ gun, keep, before: before.toISOString(), used });
      for (const { keyId, role } of removed)
        this.logger.log({ gun, role, keyId, deleted: used }, 'the signer removed a key that no root names');
      return removed.length;
    });
  }

  /** One that cannot be read must not hold up the others. */
  private async unlessBroken(gun: string, work: () => Promise<number>): Promise<number> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof AppError && error.code === 'UNAVAILABLE') throw error;
      this.logger.warn({ err: error, gun }, "the keys of trust data that is no more are still the signer's");
      return 0;
    }
  }

  /** Ids of the keys that the newest root of each GUN names for what the server signs. */
  private async namedBy(guns: readonly string[]): Promise<Map<string, string[]>> {
    const roots = await this.files.newestRoots(guns);
    return new Map([...roots].map(([gun, data]) => [gun, keyIdsIn(data)]));
  }
}

/** The roles that the signer has keys for; others of a root are not its own. */
function keyIdsIn(bytes: Buffer): string[] {
  const root = parseRoot(parseEnvelope(bytes));
  return (['snapshot', 'timestamp'] as const).flatMap((role) => [...baseRoleKeys(root, role).keys.keys()]);
}
