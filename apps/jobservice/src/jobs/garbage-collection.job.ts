import type { JobPayload } from '@breakwater/contracts';
import type { JobContext, JobHandler, Schedule } from '@breakwater/executions';
import { GarbageCollector, GcRuns } from '@breakwater/gc';
import { CONFIG, type JobserviceConfig } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';
import { HandlesJob, StartsSchedule, type ScheduleStarter } from '../engine/handles-job';

/** Removes what nothing needs any more, by hand or on its schedule. */
@Injectable()
@HandlesJob('GARBAGE_COLLECTION')
@StartsSchedule('GARBAGE_COLLECTION')
export class GarbageCollectionJob implements JobHandler<'GARBAGE_COLLECTION'>, ScheduleStarter {
  constructor(
    private readonly collector: GarbageCollector,
    private readonly runs: GcRuns,
    @Inject(CONFIG) private readonly config: Pick<JobserviceConfig, 'GC_TIME_WINDOW_HOURS'>,
  ) {}

  run(payload: JobPayload<'GARBAGE_COLLECTION'>, context: JobContext): Promise<void> {
    const windowSeconds = this.config.GC_TIME_WINDOW_HOURS * 3_600;
    return this.collector.collect({ ...payload, windowSeconds }, context);
  }

  async start({ parameters }: Schedule, key: string): Promise<void> {
    await this.runs.start(this.runs.readParameters(parameters), 'SCHEDULE', key);
  }
}
