import { QueuesService, SchedulesService, type Schedule } from '@breakwater/executions';
import { Database, schedulerQueue } from '@breakwater/platform';
import { Injectable, Logger } from '@nestjs/common';
import { JobHandlers } from './job-handlers';

const batch = 100;

/** Starts what schedules are for: once for each instant, whoever notices it, and however often. */
@Injectable()
export class ScheduleFiring {
  private readonly logger = new Logger('Schedules');

  constructor(
    private readonly database: Database,
    private readonly schedules: SchedulesService,
    private readonly queues: QueuesService,
    private readonly handlers: JobHandlers,
  ) {}

  /** Fires those whose instant has come. One that fails does not keep the others. Returns how many it fired. */
  async fireDue(): Promise<number> {
    if (await this.queues.isPaused(schedulerQueue)) return 0;
    const due = await this.schedules.due(batch);
    let fired = 0;
    for (const schedule of due) if (await this.tryFire(schedule)) fired++;
    return fired;
  }

  private async tryFire(schedule: Schedule): Promise<boolean> {
    try {
      return await this.fire(schedule);
    } catch (error) {
      const { id, vendorType } = schedule;
      this.logger.error({ err: error, schedule: id, vendorType }, 'a schedule could not start what it is for');
      return false;
    }
  }

  private async fire(schedule: Schedule): Promise<boolean> {
    const starter = this.handlers.starterOf(schedule.vendorType);
    // An older build amid an upgrade: a replica that knows it will see to it.
    if (!starter) throw new Error(`nobody starts schedules of ${schedule.vendorType}`);
    return this.database.transaction(async () => {
      if (!(await this.schedules.advance(schedule))) return false;
      await starter.start(schedule, `schedule-${schedule.id}-${schedule.nextTime.getTime() / 1_000}`);
      return true;
    });
  }
}
