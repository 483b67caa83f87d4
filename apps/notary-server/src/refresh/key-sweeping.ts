import { CONFIG, Metrics, type NotaryServerConfig } from '@breakwater/platform';
import { SettingsService } from '@breakwater/settings';
import { TrustKeySweep } from '@breakwater/trust';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Counter } from 'prom-client';

const day = 86_400_000;

/** Looks every so often for keys that the signer need not hold any more. Several replicas may: a key goes once. */
@Injectable()
export class KeySweeping implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('KeySweeping');
  private readonly counter: Counter;
  private timer?: NodeJS.Timeout;
  private stopped = false;
  private underWay: Promise<void> = Promise.resolve();

  constructor(
    private readonly sweep: TrustKeySweep,
    private readonly settings: SettingsService,
    metrics: Metrics,
    @Inject(CONFIG) private readonly config: NotaryServerConfig,
  ) {
    this.counter = metrics.counter('breakwater_trust_keys_removed_total');
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
    const stopped = () => this.stopped;
    const deleted = await this.sweep.ofDeleted(stopped);
    this.counter.inc({ because: 'deleted' }, deleted);
    const { trust_data_retention_days: days } = await this.settings.get();
    const orphaned = await this.sweep.orphaned(new Date(Date.now() - days * day), stopped);
    this.counter.inc({ because: 'orphaned' }, orphaned);
    if (deleted + orphaned > 0) this.logger.log({ deleted, orphaned }, 'keys that no root names were removed');
  }

  private schedule(): void {
    // Not all replicas at the same moment.
    const wait = this.config.NOTARY_KEY_SWEEP_SECONDS * 1_000 * (0.75 + Math.random() / 2);
    this.timer = setTimeout(() => {
      this.underWay = this.round()
        .catch((error: unknown) => this.logger.warn({ err: error }, 'keys that no root names could not be removed'))
        .finally(() => {
          if (!this.stopped) this.schedule();
        });
    }, wait);
  }
}
