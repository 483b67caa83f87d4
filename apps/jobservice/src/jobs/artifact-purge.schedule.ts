import { ArtifactPurgeService } from '@breakwater/artifacts';
import { ExecutionsService, SchedulesService, type Schedule } from '@breakwater/executions';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { StartsSchedule, type ScheduleStarter } from '../engine/handles-job';

const vendorType = 'ARTIFACT_PURGE';

/** Once an hour, and only when there is something to do: a history of empty runs tells nobody anything. */
@Injectable()
@StartsSchedule(vendorType)
export class ArtifactPurgeSchedule implements ScheduleStarter, OnApplicationBootstrap {
  constructor(
    private readonly schedules: SchedulesService,
    private readonly executions: ExecutionsService,
    private readonly purges: ArtifactPurgeService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (await this.schedules.find(vendorType)) return;
    await this.schedules.set({ vendorType, cronType: 'Hourly', cron: '0 0 * * * *', parameters: {} });
  }

  async start(_schedule: Schedule, key: string): Promise<void> {
    if ((await this.purges.nextDueProject()) === undefined) return;
    await this.executions.start({ vendorType, trigger: 'SCHEDULE', key, tasks: [{ job: vendorType, payload: {} }] });
  }
}
