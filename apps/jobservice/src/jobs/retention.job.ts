import type { JobPayload } from '@breakwater/contracts';
import type { JobContext, JobHandler, Schedule } from '@breakwater/executions';
import { RetentionJobRunner, RetentionRunsService } from '@breakwater/retention';
import { Injectable } from '@nestjs/common';
import { HandlesJob, StartsSchedule, type ScheduleStarter } from '../engine/handles-job';

/** Applies retention policies, by hand or on their schedule. */
@Injectable()
@HandlesJob('RETENTION')
@StartsSchedule('RETENTION')
export class RetentionJob implements JobHandler<'RETENTION'>, ScheduleStarter {
  constructor(
    private readonly runner: RetentionJobRunner,
    private readonly runs: RetentionRunsService,
  ) {}

  run(payload: JobPayload<'RETENTION'>, context: JobContext): Promise<void> {
    return this.runner.run(payload, context);
  }

  async start({ vendorId }: Schedule, key: string): Promise<void> {
    await this.runs.start(vendorId, { trigger: 'SCHEDULE', dryRun: false, operator: 'retention', key });
  }
}
