import type { JobPayload, JobType } from '@breakwater/contracts';
import { AppError } from '@breakwater/kernel';
import { Broadcast, Database, JOB_TABLE, JobQueues, type JobTable, type ListOptions } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';
import { ExecutionsRepository, type ExecutionRow, type ExecutionScope } from './executions.repository';
import { executionStatus, type ExecutionTrigger } from './job-status';
import { TasksRepository, type InsertedTask, type TaskRow, type TaskToInsert } from './tasks.repository';

export interface NewTask<T extends JobType = JobType> {
  job: T;
  payload: JobPayload<T>;
  /** Not before; now when left out. */
  runAt?: Date;
  /** Tasks of one key run one after another, in the order in which they were made. At most 512 characters. */
  serialKey?: string;
}

export interface StartOptions {
  /** A job's type, as in Harbor; usually that of the tasks. */
  vendorType: string;
  /** The policy's id; -1 where there is only one of the kind. */
  vendorId?: number;
  trigger: ExecutionTrigger;
  /** What people see of it: `dry_run`, `operator`, … */
  extraAttrs?: Record<string, unknown>;
  /** Started once per key, however often it is asked for. At most 255 characters. */
  key?: string;
  tasks: readonly NewTask[];
}

/**
 * Everything that runs in the background starts here: rows first, in the caller's transaction when there is one, then
 * the queue. What the queue did not hear of, the job service's reconciler finds (decision 6).
 */
@Injectable()
export class ExecutionsService {
  constructor(
    private readonly database: Database,
    private readonly executions: ExecutionsRepository,
    private readonly tasks: TasksRepository,
    private readonly queues: JobQueues,
    private readonly broadcast: Broadcast,
    @Inject(JOB_TABLE) private readonly table: JobTable,
  ) {}

  /** Returns the new execution's id; undefined when its key was started before. Throws for a payload that its job refuses. */
  start(options: StartOptions): Promise<number | undefined> {
    return this.database.transaction(async () => {
      const { vendorType, vendorId = -1, trigger, extraAttrs = {}, key = null } = options;
      const id = await this.executions.insert({ vendorType, vendorId, trigger, extraAttrs, key });
      if (id === undefined) return undefined;
      await this.addTasks(id, options.tasks);
      if (options.tasks.length === 0) await this.endIfDone(id, 0);
      return id;
    });
  }

  /** More tasks for an execution that has not ended. */
  async addTasks(executionId: number, tasks: readonly NewTask[]): Promise<void> {
    if (tasks.length === 0) return;
    await this.database.transaction(async () => {
      const inserted = await this.tasks.insert(
        executionId,
        tasks.map((task) => this.toRow(task)),
      );
      await this.executions.count(executionId, inserted.length);
      this.wakeAfterwards(inserted);
    });
  }

  /** Tasks that wait end at once; those that run are asked to. Ended executions stay as they are. Throws NOT_FOUND; also when it is none of the scope. */
  async stop(id: number, scope: ExecutionScope = {}): Promise<void> {
    await this.database.transaction(async () => {
      const execution = await this.executions.lock(id);
      if (!execution || !isWithin(execution, scope)) throw unknownExecution(id);
      if (execution.endTime) return;
      const { ended, asked } = await this.tasks.stop(id);
      if (ended.length > 0) await this.endIfDone(id, ended.length);
      this.database.afterTransaction({ committed: () => this.broadcast.emit('task.stop', { taskIds: asked }) });
    });
  }

  /** Throws NOT_FOUND; also when it is none of the scope. */
  async get(id: number, scope: ExecutionScope = {}): Promise<ExecutionRow> {
    const execution = await this.executions.find(id);
    if (!execution || !isWithin(execution, scope)) throw unknownExecution(id);
    return execution;
  }

  list(scope: ExecutionScope, options: ListOptions): Promise<{ items: ExecutionRow[]; total: number }> {
    return this.executions.list(scope, options);
  }

  /** With a scope: throws NOT_FOUND when the execution is none of it. */
  async listTasks(
    executionId: number,
    options: ListOptions,
    scope?: ExecutionScope,
  ): Promise<{ items: TaskRow[]; total: number }> {
    const page = await this.tasks.list(executionId, options, scope);
    if (scope && page.items.length === 0) await this.get(executionId, scope);
    return page;
  }

  /** Ids of executions of that vendor that have not ended. */
  running(vendorType: JobType, vendorId = -1): Promise<number[]> {
    return this.executions.running(vendorType, vendorId);
  }

  /** What came of it, beside what is there. */
  mergeAttributes(id: number, attributes: Record<string, unknown>): Promise<void> {
    return this.executions.mergeAttributes(id, attributes);
  }

  /** Call in the transaction that ended `tasks` of its tasks: the execution ends with the last. */
  async endIfDone(id: number, tasks: number): Promise<void> {
    const left = await this.executions.count(id, -tasks);
    if (left > 0) return;
    const { message, ...counts } = await this.executions.ended(id);
    await this.executions.end(id, executionStatus(counts), message);
  }

  /** Holds the execution until the transaction ends. Whoever changes its tasks does this first: no two wait for each other. */
  async lock(id: number): Promise<void> {
    await this.executions.lock(id);
  }

  private toRow({ job, payload, runAt, serialKey }: NewTask): TaskToInsert {
    const declaration = this.table[job];
    if (!declaration) throw new Error(`there is no job ${job}`);
    return {
      jobType: job,
      payload: declaration.payload.parse(payload),
      runAt: runAt ?? null,
      serialKey: serialKey ?? null,
    };
  }

  private wakeAfterwards(tasks: readonly InsertedTask[]): void {
    this.database.afterTransaction({ committed: () => this.queues.wake(tasks) });
  }
}

function isWithin(
  { vendorType, vendorId }: Pick<ExecutionRow, 'vendorType' | 'vendorId'>,
  scope: ExecutionScope,
): boolean {
  return (
    (scope.vendorTypes?.includes(vendorType) ?? true) && (scope.vendorId === undefined || scope.vendorId === vendorId)
  );
}

function unknownExecution(id: number): AppError {
  return new AppError('NOT_FOUND', `execution ${id} not found`);
}
