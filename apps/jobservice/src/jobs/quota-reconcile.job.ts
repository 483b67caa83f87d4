import { QuotaReconciliation } from '@breakwater/artifacts';
import { ExecutionsService, SchedulesService, type JobContext, type JobHandler } from '@breakwater/executions';
import { Metrics } from '@breakwater/platform';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { HandlesJob, StartsSchedule, type ScheduleStarter } from '../engine/handles-job';

const vendorType = 'QUOTA_RECONCILE';

/** Once an hour, at a minute at which nothing else begins. */
@Injectable()
@HandlesJob(vendorType)
@StartsSchedule(vendorType)
export class QuotaReconcileJob implements JobHandler<'QUOTA_RECONCILE'>, ScheduleStarter, OnApplicationBootstrap {
  private readonly drifts: Counter;
  private readonly bytes: Counter;

  constructor(
    private readonly reconciliation: QuotaReconciliation,
    private readonly schedules: SchedulesService,
    private readonly executions: ExecutionsService,
    metrics: Metrics,
  ) {
    this.drifts = metrics.counter('breakwater_quota_drifts_total');
    this.bytes = metrics.counter('breakwater_quota_drift_bytes_total');
  }

  async onApplicationBootstrap(): Promise<void> {
    if (await this.schedules.find(vendorType)) return;
    await this.schedules.set({ vendorType, cronType: 'Custom', cron: '0 20 * * * *', parameters: {} });
  }

  async start(_schedule: unknown, key: string): Promise<void> {
    await this.executions.start({ vendorType, trigger: 'SCHEDULE', key, tasks: [{ job: vendorType, payload: {} }] });
  }

  run(_payload: unknown, context: JobContext): Promise<void> {
    return this.reconciliation.run(context, ({ bytes }) => {
      this.drifts.inc();
      this.bytes.inc(bytes);
    });
  }
}
