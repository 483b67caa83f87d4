import { ExecutionsService, SchedulesService } from '@breakwater/executions';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { StartsSchedule, type ScheduleStarter } from '../engine/handles-job';

/** The sweep comes every night, without anybody having asked for it. */
@Injectable()
@StartsSchedule('EXECUTION_SWEEP')
export class ExecutionSweepStarter implements ScheduleStarter, OnApplicationBootstrap {
  constructor(
    private readonly executions: ExecutionsService,
    private readonly schedules: SchedulesService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.schedules.ensure({
      vendorType: 'EXECUTION_SWEEP',
      cronType: 'Daily',
      cron: '0 0 0 * * *',
      parameters: {},
    });
  }

  async start(_schedule: unknown, key: string): Promise<void> {
    await this.executions.start({
      vendorType: 'EXECUTION_SWEEP',
      trigger: 'SCHEDULE',
      key,
      tasks: [{ job: 'EXECUTION_SWEEP', payload: {} }],
    });
  }
}
