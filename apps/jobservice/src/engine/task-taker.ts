import { TaskRuns } from '@breakwater/executions';
import { Injectable } from '@nestjs/common';
import { WaitingError, type Job } from 'bullmq';
import { JobRunner } from './job-runner';
import { Leases } from './leases';
import { Pool } from './pool';
import { Slots } from './slots';

/** A task that found no free slot goes back, for a replica that has one. */
const slotWaitMs = 2_000;

/** Hears a wake-up call: takes the task, if it is there to be taken, and runs it. */
@Injectable()
export class TaskTaker {
  private readonly slots: Slots;

  constructor(
    private readonly runs: TaskRuns,
    private readonly runner: JobRunner,
    private readonly leases: Leases,
    private readonly pool: Pool,
  ) {
    this.slots = new Slots(pool.concurrency);
  }

  async take(job: Job<{ taskId: number }>, token: string | undefined): Promise<void> {
    const release = await this.slots.take(slotWaitMs);
    if (!release) {
      await job.moveToWait(token);
      throw new WaitingError();
    }
    try {
      const leaseUntil = this.leases.until();
      const { leaseSeconds } = this.leases;
      const task = await this.runs.claim(job.data.taskId, job.queueName, { poolId: this.pool.id, leaseSeconds });
      if (task) await this.runner.run(task, leaseUntil);
    } finally {
      release();
    }
  }
}
