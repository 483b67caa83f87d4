import { PoolsService } from '@breakwater/executions';
import { CONFIG, type JobserviceConfig } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';
import { MaintenanceLoop } from '../maintenance/maintenance-loop';
import { LoopMetrics } from '../metrics/loop-metrics';
import { Leases } from './leases';
import { Pool } from './pool';
import { Reconciler } from './reconciler';

/** A lease is renewed so often before it runs out. */
const renewals = 6;

/** What the engine does again and again: renewing leases, and bringing the queue up to date. */
@Injectable()
export class EngineLoops {
  readonly leases: MaintenanceLoop;
  readonly reconciler: MaintenanceLoop;

  constructor(
    metrics: LoopMetrics,
    leases: Leases,
    reconciler: Reconciler,
    pools: PoolsService,
    pool: Pool,
    @Inject(CONFIG) { JOB_RECONCILE_SECONDS }: Pick<JobserviceConfig, 'JOB_RECONCILE_SECONDS'>,
  ) {
    const loop = (name: string, everyMs: number, work: () => Promise<unknown>) =>
      new MaintenanceLoop({ name, everyMs, run: metrics.watch(name, () => work().then(() => 0)) });
    this.leases = loop('job-leases', (leases.leaseSeconds * 1_000) / renewals, () =>
      Promise.all([leases.renew(), pools.beat(pool)]),
    );
    this.reconciler = loop('job-reconciler', JOB_RECONCILE_SECONDS * 1_000, () => reconciler.reconcile());
  }
}
