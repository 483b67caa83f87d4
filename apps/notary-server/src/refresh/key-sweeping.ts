import { CONFIG, Metrics, type NotaryServerConfig } from '@breakwater/platform';
import { SettingsService } from '@breakwater/settings';
import { TrustKeySweep } from '@breakwater/trust';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { Recurring } from './recurring';

const day = 86_400_000;

/** Looks every so often for keys that the signer need not hold any more. Several replicas may: a key goes once. */
@Injectable()
export class KeySweeping implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('KeySweeping');
  private readonly counter: Counter;
  private readonly rounds: Recurring;

  constructor(
    private readonly sweep: TrustKeySweep,
    private readonly settings: SettingsService,
    metrics: Metrics,
    @Inject(CONFIG) config: NotaryServerConfig,
  ) {
    this.counter = metrics.counter('breakwater_trust_keys_removed_total');
    this.rounds = new Recurring(() => this.round(), {
      seconds: config.NOTARY_KEY_SWEEP_SECONDS,
      logger: this.logger,
      failure: 'keys that no root names could not be removed',
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
    const stopped = () => this.rounds.stopped;
    const deleted = await this.sweep.ofDeleted(stopped);
    this.counter.inc({ because: 'deleted' }, deleted);
    const { trust_data_retention_days: days } = await this.settings.get();
    const orphaned = await this.sweep.orphaned(new Date(Date.now() - days * day), stopped);
    this.counter.inc({ because: 'orphaned' }, orphaned);
    if (deleted + orphaned > 0) this.logger.log({ deleted, orphaned }, 'keys that no root names were removed');
  }
}
