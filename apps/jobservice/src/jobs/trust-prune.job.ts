import type { JobPayload } from '@breakwater/contracts';
import {
  ExecutionsService,
  SchedulesService,
  type JobContext,
  type JobHandler,
  type Schedule,
} from '@breakwater/executions';
import { Metrics } from '@breakwater/platform';
import { SettingsService } from '@breakwater/settings';
import { TrustPruning } from '@breakwater/trust';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { z } from 'zod';
import { HandlesJob, StartsSchedule, type ScheduleStarter } from '../engine/handles-job';

const vendorType = 'TRUST_PRUNE';
const day = 86_400_000;

const checkpointSchema = z.object({
  /** The GUN that the next page comes after. */
  after: z.string(),
  pruned: z.number().int(),
});

/** Every night. A run that was cut off goes on where its last page began. */
@Injectable()
@HandlesJob(vendorType)
@StartsSchedule(vendorType)
export class TrustPruneJob implements JobHandler<'TRUST_PRUNE'>, ScheduleStarter, OnApplicationBootstrap {
  private readonly logger = new Logger('TrustPruning');
  private readonly counter: Counter;

  constructor(
    private readonly pruning: TrustPruning,
    private readonly executions: ExecutionsService,
    private readonly schedules: SchedulesService,
    private readonly settings: SettingsService,
    metrics: Metrics,
  ) {
    this.counter = metrics.counter('breakwater_trust_files_pruned_total');
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.schedules.ensure({ vendorType, cronType: 'Daily', cron: '0 30 2 * * *', parameters: {} });
  }

  async start(_schedule: Schedule, key: string): Promise<void> {
    const { trust_data_retention_days: retentionDays } = await this.settings.get();
    const tasks = [{ job: vendorType, payload: { retentionDays } } as const];
    await this.executions.start({ vendorType, trigger: 'SCHEDULE', key, tasks });
  }

  async run({ retentionDays }: JobPayload<'TRUST_PRUNE'>, context: JobContext): Promise<void> {
    const before = new Date(Date.now() - retentionDays * day);
    const known = checkpointSchema.safeParse(context.checkpoint);
    let { after, pruned } = known.success ? known.data : { after: '', pruned: 0 };
    for (;;) {
      const { guns, next } = await this.pruning.page(after, before);
      for (const gun of guns) pruned += await this.prune(gun, before, context);
      context.progress({ pruned_files: pruned });
      if (next === undefined) break;
      after = next;
      await context.advance({ after, pruned });
    }
    context.result({ pruned_files: pruned });
    this.logger.log({ pruned, before }, 'old role files of trust data were removed');
  }

  /** Bounded batches, each in a transaction of its own: what is gone is not found again. */
  private async prune(gun: string, before: Date, context: JobContext): Promise<number> {
    let pruned = 0;
    for (let some; (some = await this.pruning.prune(gun, before)) > 0;) {
      pruned += some;
      this.counter.inc(some);
      context.log(`${gun}: ${some} files removed`);
      context.signal.throwIfAborted();
    }
    context.signal.throwIfAborted();
    return pruned;
  }
}
