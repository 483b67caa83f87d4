import { Database, JOB_TABLE, JobQueues, type JobTable } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';
import { ExecutionsService } from './executions.service';
import type { FinalStatus } from './job-status';
import { TaskRunsRepository, type ClaimedTask, type RunToken } from './task-runs.repository';

/** How a task came to its end. */
export interface TaskEnd {
  status: FinalStatus;
  message: string;
  /** Merged into the attributes of task and execution. */
  result?: Record<string, unknown>;
}

/** A task whose workers died that often without getting on is what kills them. */
const mostLosses = 10;
const batch = 500;
/** What becomes due soon is brought to the queue ahead of time, which then is punctual. */
const aheadSeconds = 10;

/** Somebody else has the task by now; nothing that this worker writes counts. */
export class LeaseLostError extends Error {
  constructor(id: number) {
    super(`task ${id} is not this worker's any more`);
  }
}

/** Who runs which task, and what came of it: the rules of decision 6, for the job service's workers. */
@Injectable()
export class TaskRuns {
  private readonly exclusiveTypes: readonly string[];

  constructor(
    private readonly database: Database,
    private readonly runs: TaskRunsRepository,
    private readonly executions: ExecutionsService,
    private readonly queues: JobQueues,
    @Inject(JOB_TABLE) table: JobTable,
  ) {
    this.exclusiveTypes = Object.keys(table).filter((type) => table[type]?.exclusive);
  }

  /** Undefined: it is not due, not to be run now, or somebody else has it. */
  claim(id: number, jobType: string, pool: { poolId: string; leaseSeconds: number }): Promise<ClaimedTask | undefined> {
    const options = { ...pool, exclusiveTypes: this.exclusiveTypes };
    if (!this.isExclusive(jobType)) return this.runs.claim(id, options);
    return this.database.transaction(async () => {
      await this.runs.lockType(jobType);
      return this.runs.claim(id, options);
    });
  }

  /** Of those that are still the workers': whether they are to stop. */
  async renew(held: readonly RunToken[], leaseSeconds: number): Promise<Map<number, { stopRequested: boolean }>> {
    const rows = await this.runs.renew(held, leaseSeconds);
    return new Map(rows.map(({ id, stopRequested }) => [id, { stopRequested }]));
  }

  mergeAttributes(task: RunToken, attributes: Record<string, unknown>): Promise<void> {
    return this.runs.mergeAttributes(task, attributes);
  }

  /** Throws `LeaseLostError`, and then nothing of `work` counts. */
  advance(task: RunToken, checkpoint: unknown, work?: () => Promise<void>): Promise<void> {
    return this.database.transaction(async () => {
      await work?.();
      // Last, so that nothing waits for the row while `work` goes on, the renewal of its lease least of all.
      if (!(await this.runs.setCheckpoint(task, checkpoint))) throw new LeaseLostError(task.id);
    });
  }

  /** False: it was not the worker's any more. */
  async end(task: ClaimedTask, { status, message, result = {} }: TaskEnd): Promise<boolean> {
    const ended = await this.database
      .transaction(async () => {
        await this.executions.lock(task.executionId);
        if (status === 'Success' && Object.keys(result).length > 0) {
          await this.runs.mergeAttributes(task, result);
          await this.executions.mergeAttributes(task.executionId, result);
        }
        if (!(await this.runs.end(task, status, message))) throw new LeaseLostError(task.id);
        await this.executions.endIfDone(task.executionId, 1);
        return true;
      })
      .catch(falseIfLost);
    if (ended) await this.wakeNext(task);
    return ended;
  }

  /** It is tried again in that many seconds. False: it was not the worker's any more. */
  async retry(task: ClaimedTask, seconds: number, message: string): Promise<boolean> {
    const waiting = await this.runs.retry(task, seconds, message);
    if (waiting) await this.queues.wake([waiting]);
    if (waiting && this.isExclusive(task.jobType)) await this.wakeNext(task);
    return waiting !== undefined;
  }

  /** For a worker that ends: another one takes the task up. */
  async giveBack(task: ClaimedTask): Promise<void> {
    const waiting = await this.runs.giveBack(task);
    if (waiting) await this.queues.wake([waiting]);
  }

  /** Takes tasks back from workers that died. Returns how many. */
  async takeBack(): Promise<number> {
    const lost = await this.runs.takeBack(batch);
    const given = lost.filter(({ losses }) => losses < mostLosses);
    for (const task of lost.filter(({ losses }) => losses >= mostLosses)) await this.giveUp(task);
    await this.queues.wake(given);
    return lost.length;
  }

  /** Brings to the queue what it may not know. Returns how many tasks wait for a worker. */
  async wakeDue(): Promise<number> {
    const due = await this.runs.due(this.exclusiveTypes, aheadSeconds, batch);
    await this.queues.wake(due);
    return due.length;
  }

  private async giveUp(task: RunToken & { executionId: number; losses: number }): Promise<void> {
    const message = `its worker died ${task.losses} times without getting on`;
    await this.database.transaction(async () => {
      await this.executions.lock(task.executionId);
      if (await this.runs.endWaiting(task, 'Error', message)) await this.executions.endIfDone(task.executionId, 1);
    });
  }

  private async wakeNext(task: ClaimedTask): Promise<void> {
    const exclusive = this.isExclusive(task.jobType);
    if (task.serialKey === null && !exclusive) return;
    await this.queues.wake(await this.runs.next(task, exclusive));
  }

  private isExclusive(jobType: string): boolean {
    return this.exclusiveTypes.includes(jobType);
  }
}

function falseIfLost(error: unknown): false {
  if (error instanceof LeaseLostError) return false;
  throw error;
}
