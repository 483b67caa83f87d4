import { AppError } from '@breakwater/kernel';
import { Broadcast, Database, JOB_TABLE, JobQueues, schedulerQueue, type JobTable } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';
import { ExecutionsService } from './executions.service';
import { QueuesRepository, type QueueLength } from './queues.repository';

export interface QueueState extends QueueLength {
  paused: boolean;
}

const batch = 500;

/** The queues of the job types, and `SCHEDULER`: paused, no schedule fires. A name is a job's type, `SCHEDULER` or `all`. */
@Injectable()
export class QueuesService {
  private readonly names: readonly string[];

  constructor(
    private readonly database: Database,
    private readonly queues: QueuesRepository,
    private readonly executions: ExecutionsService,
    private readonly wakers: JobQueues,
    private readonly broadcast: Broadcast,
    @Inject(JOB_TABLE) table: JobTable,
  ) {
    this.names = [...Object.keys(table), schedulerQueue];
  }

  /** Every queue, also those in which nothing waits. */
  async list(): Promise<QueueState[]> {
    const [lengths, paused] = await Promise.all([this.queues.lengths(schedulerQueue), this.queues.paused()]);
    const lengthOf = new Map(lengths.map((length) => [length.jobType, length]));
    return this.names.map((jobType) => ({
      ...(lengthOf.get(jobType) ?? { jobType, count: 0, latency: 0 }),
      paused: paused.has(jobType),
    }));
  }

  /** No task of it is taken any more; those that run go on. Throws NOT_FOUND for a queue that does not exist. */
  async pause(name: string): Promise<void> {
    const types = this.resolve(name);
    await this.queues.pause(types);
    await this.changed(types, true);
  }

  /** Throws NOT_FOUND. */
  async resume(name: string): Promise<void> {
    const types = this.resolve(name);
    await this.queues.resume(types);
    await this.changed(types, false);
  }

  /** Ends the tasks that wait in it; those that run go on. Throws NOT_FOUND. */
  async stop(name: string): Promise<void> {
    const types = this.resolve(name);
    for (let ids; (ids = await this.queues.waitingExecutions(types, batch)).length > 0;)
      for (const id of ids) await this.stopWaiting(id, types);
  }

  /** How many tasks, of all queues, wait for their time. */
  scheduled(): Promise<number> {
    return this.queues.scheduled();
  }

  isPaused(jobType: string): Promise<boolean> {
    return this.queues.paused().then((paused) => paused.has(jobType));
  }

  /** Makes the queue agree with who is paused here. */
  async restorePauses(): Promise<void> {
    const paused = await this.queues.paused();
    await this.wakers.setPaused(
      this.names.filter((name) => paused.has(name)),
      true,
    );
    await this.wakers.setPaused(
      this.names.filter((name) => !paused.has(name)),
      false,
    );
  }

  private stopWaiting(executionId: number, types: readonly string[]): Promise<void> {
    return this.database.transaction(async () => {
      await this.executions.lock(executionId);
      const ended = await this.queues.stopWaiting(executionId, types);
      if (ended > 0) await this.executions.endIfDone(executionId, ended);
    });
  }

  private async changed(types: readonly string[], paused: boolean): Promise<void> {
    await this.wakers.setPaused(types, paused);
    await this.broadcast.emit('queue.changed', { jobTypes: types });
  }

  private resolve(name: string): readonly string[] {
    if (name === 'all') return this.names;
    if (this.names.includes(name)) return [name];
    throw new AppError('NOT_FOUND', `there is no queue ${name}`);
  }
}
