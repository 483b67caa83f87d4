import { AppError } from '@breakwater/kernel';
import { Injectable, Logger } from '@nestjs/common';
import { TrustRefresher } from './trust-refresher';
import { TrustRepositoriesRepository } from './trust-repositories.repository';

const batch = 100;

/** How a round went. `unsignable`: the owner holds the key and has to publish. */
export interface RefreshRound {
  refreshed: number;
  unsignable: number;
  failed: number;
}

/** Signs anew what expires soon, so that nobody who reads has to wait, or finds the signer away. */
@Injectable()
export class UpcomingRefreshes {
  private readonly logger = new Logger('UpcomingRefreshes');

  constructor(
    private readonly repositories: TrustRepositoriesRepository,
    private readonly refresher: TrustRefresher,
  ) {}

  /** `before`: what expires by then is refreshed. Ends early when `stopped` says so. */
  async round(before: Date, stopped: () => boolean): Promise<RefreshRound> {
    const done: RefreshRound = { refreshed: 0, unsignable: 0, failed: 0 };
    for (let last: { refreshTime: Date; gun: string } | undefined; ;) {
      const due = await this.repositories.due(before, last, batch);
      for (const { gun } of due) {
        if (stopped()) return done;
        done[await this.one(gun, before)] += 1;
      }
      last = due.at(-1);
      if (due.length < batch) return done;
    }
  }

  private async one(gun: string, before: Date): Promise<keyof RefreshRound> {
    try {
      await this.refresher.refresh(gun, before);
      return 'refreshed';
    } catch (error) {
      if (error instanceof AppError && error.code === 'METADATA_NOT_FOUND') return 'unsignable';
      this.logger.warn({ err: error, gun }, 'trust data that expires soon could not be signed anew');
      return 'failed';
    }
  }
}
