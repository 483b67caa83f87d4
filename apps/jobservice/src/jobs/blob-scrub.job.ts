import type { JobPayload } from '@breakwater/contracts';
import type { JobContext, JobHandler, Schedule } from '@breakwater/executions';
import { Scrub, ScrubRuns } from '@breakwater/gc';
import { Injectable } from '@nestjs/common';
import { HandlesJob, StartsSchedule, type ScheduleStarter } from '../engine/handles-job';

/** Looks for blobs that storage has damaged or lost, by hand or on its schedule. */
@Injectable()
@HandlesJob('BLOB_SCRUB')
@StartsSchedule('BLOB_SCRUB')
export class BlobScrubJob implements JobHandler<'BLOB_SCRUB'>, ScheduleStarter {
  constructor(
    private readonly scrub: Scrub,
    private readonly runs: ScrubRuns,
  ) {}

  run(payload: JobPayload<'BLOB_SCRUB'>, context: JobContext): Promise<void> {
    return this.scrub.run(payload, context);
  }

  async start({ parameters }: Schedule, key: string): Promise<void> {
    await this.runs.start(this.runs.readParameters(parameters), 'SCHEDULE', key);
  }
}
