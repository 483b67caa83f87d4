import { PoolsService, QueuesService, SchedulesService, TaskRuns } from '@breakwater/executions';
import { JobQueues } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { ScheduleFiring } from './schedule-firing';

/**
 * Makes the queue agree with Postgres, and takes tasks from workers that died. Every replica does so; what two do at
 * once, they do once.
 */
@Injectable()
export class Reconciler {
  constructor(
    private readonly runs: TaskRuns,
    private readonly queues: QueuesService,
    private readonly schedules: SchedulesService,
    private readonly pools: PoolsService,
    private readonly firing: ScheduleFiring,
    private readonly wakers: JobQueues,
  ) {}

  /** One round. */
  async reconcile(): Promise<void> {
    await this.runs.takeBack();
    await this.firing.fireDue();
    await this.queues.restorePauses();
    await this.wakers.setSchedules(await this.schedules.all());
    await this.runs.wakeDue();
    await this.pools.removeGone();
  }
}
