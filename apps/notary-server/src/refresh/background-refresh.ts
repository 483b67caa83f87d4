import { CONFIG, Metrics, type NotaryServerConfig } from '@breakwater/platform';
import { UpcomingRefreshes } from '@breakwater/trust';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { Recurring } from './recurring';

/** Looks every so often for what expires soon. Several replicas may: each GUN is signed anew once. */
@Injectable()
export class BackgroundRefresh implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('BackgroundRefresh');
  private readonly counter: Counter;
  private readonly rounds: Recurring;

  constructor(
    private readonly upcoming: UpcomingRefreshes,
    metrics: Metrics,
    @Inject(CONFIG) private readonly config: NotaryServerConfig,
  ) {
    this.counter = metrics.counter('breakwater_trust_refreshes_total');
    this.rounds = new Recurring(() => this.round(), {
      seconds: config.NOTARY_REFRESH_INTERVAL_SECONDS,
      logger: this.logger,
      failure: 'expiring trust data could not be looked for',
    });
  }

  onApplicationBootstrap(): void {
    this.rounds.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.rounds.stop();
  }

  /** One round, now. */
  async round(): Promise<void> {
    const before = new Date(Date.now() + this.config.NOTARY_REFRESH_AHEAD_HOURS * 3_600_000);
    const done = await this.upcoming.round(before, () => this.rounds.stopped);
    for (const [result, count] of Object.entries(done)) this.counter.inc({ result }, count as number);
    if (done.refreshed + done.failed > 0) this.logger.log(done, 'trust data that expires soon was signed anew');
  }
}
