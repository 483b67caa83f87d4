import { Database } from '@breakwater/platform';
import { namedHash, TufError } from '@breakwater/tuf';
import { Injectable, Logger } from '@nestjs/common';
import { SupersededFilesRepository } from './superseded-files.repository';
import { TrustFilesRepository } from './trust-files.repository';
import { TrustStates, type TrustState } from './trust-state';

/** Repositories that are looked at between two questions to the database. */
const pageSize = 200;
/** Files that go in one transaction: whoever publishes there waits for it. */
const batchSize = 500;

export interface PruningPage {
  /** Names with something to prune. */
  guns: string[];
  /** Where the next page begins; undefined: that was the last. */
  next: string | undefined;
}

/** Old targets, delegations, snapshots and timestamps go a while after newer ones took their place. */
@Injectable()
export class TrustPruning {
  private readonly logger = new Logger('TrustPruning');

  constructor(
    private readonly database: Database,
    private readonly superseded: SupersededFilesRepository,
    private readonly files: TrustFilesRepository,
    private readonly states: TrustStates,
  ) {}

  /** `before`: what was replaced earlier than that goes. */
  async page(after: string, before: Date): Promise<PruningPage> {
    const { guns, last } = await this.superseded.page(after, before, pageSize);
    return { guns, next: last };
  }

  /**
   * A batch of one GUN; answers how many files went, 0 when none is left. The newest version of every role stays, and what
   * the timestamp in force leads to, whichever version that is.
   */
  prune(gun: string, before: Date): Promise<number> {
    return this.database.transaction(async () => {
      await this.files.lock(gun);
      const state = await this.readable(gun);
      return state ? this.superseded.delete(gun, { before, keep: inForce(state), limit: batchSize }) : 0;
    });
  }

  /** One that cannot be read is left as it is, for who repairs it, and holds up no other. */
  private async readable(gun: string): Promise<TrustState | undefined> {
    try {
      return await this.states.read(gun);
    } catch (error) {
      if (!(error instanceof TufError)) throw error;
      this.logger.warn({ err: error, gun }, 'trust data that cannot be read is not pruned');
      return undefined;
    }
  }
}

function inForce({ timestamp, snapshot }: TrustState): string[] {
  const roles = Object.keys(snapshot.meta).map((role) => namedHash(snapshot, role));
  return [namedHash(timestamp, 'snapshot'), ...roles].filter((sha256) => sha256 !== undefined);
}
