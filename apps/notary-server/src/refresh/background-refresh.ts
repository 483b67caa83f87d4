import { CONFIG, Metrics, type NotaryServerConfig } from '@breakwater/platform';
import { UpcomingRefreshes } from '@breakwater/trust';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Counter } from 'prom-client';

/** Looks every so often for what expires soon. Several replicas may: each GUN is signed anew once. */
@Injectable()
export class BackgroundRefresh implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('BackgroundRefresh');
  private readonly counter: Counter;
  private timer?: NodeJS.Timeout;
  private stopped = false;
  private underWay: Promise<void> = Promise.resolve();

  constructor(
    private readonly upcoming: UpcomingRefreshes,
    metrics: Metrics,
    @Inject(CONFIG) private readonly config: NotaryServerConfig,
  ) {
    this.counter = metrics.counter('breakwater_trust_refreshes_total');
  }

  onApplicationBootstrap(): void {
    this.schedule();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.underWay;
  }

  /** One round, now. */
  async round(): Promise<void> {
    const before = new Date(Date.now() + this.config.NOTARY_REFRESH_AHEAD_HOURS * 3_600_000);
    const done = await this.upcoming.round(before, () => this.stopped);
    for (const [result, count] of Object.entries(done)) this.counter.inc({ result }, count as number);
    if (done.refreshed + done.failed > 0) this.logger.log(done, 'trust data that expires soon was signed anew');
  }

  private schedule(): void {
    // Not all replicas at the same moment.
    const wait = this.config.NOTARY_REFRESH_INTERVAL_SECONDS * 1_000 * (0.75 + Math.random() / 2);
    this.timer = setTimeout(() => {
      this.underWay = this.round()
        .catch((error: unknown) => this.logger.warn({ err: error }, 'expiring trust data could not be looked for'))
        .finally(() => {
          if (!this.stopped) this.schedule();
        });
    }, wait);
  }
}
