import { TaskRuns } from '@breakwater/executions';
import { CONFIG, type JobserviceConfig } from '@breakwater/platform';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { RunningTask } from './running-task';

/**
 * The tasks that this process has. Every few seconds one statement renews all their leases, and tells which are to stop
 * and which belong to somebody else by now.
 */
@Injectable()
export class Leases {
  readonly leaseSeconds: number;
  private readonly logger = new Logger('Jobs');
  private readonly held = new Map<number, RunningTask>();
  private renewing: Promise<void> | undefined;

  constructor(
    private readonly runs: TaskRuns,
    @Inject(CONFIG) { JOB_LEASE_SECONDS }: Pick<JobserviceConfig, 'JOB_LEASE_SECONDS'>,
  ) {
    this.leaseSeconds = JOB_LEASE_SECONDS;
  }

  get tasks(): RunningTask[] {
    return [...this.held.values()];
  }

  /** Until when a lease taken or renewed by a statement that starts now holds, on the clock of `performance.now()`. */
  until(): number {
    return performance.now() + this.leaseSeconds * 1_000;
  }

  hold(task: RunningTask): void {
    this.held.set(task.taskId, task);
  }

  release(task: RunningTask): void {
    if (this.held.get(task.taskId) === task) this.held.delete(task.taskId);
  }

  has(taskIds: readonly number[]): boolean {
    return taskIds.some((id) => this.held.has(id));
  }

  /** Never fails. Who asks while a round goes on waits for that one, then for the next. */
  renew(): Promise<void> {
    const round = (this.renewing ?? Promise.resolve()).then(() => this.round());
    this.renewing = round;
    return round;
  }

  private async round(): Promise<void> {
    const tasks = this.tasks;
    if (tasks.length === 0) return;
    const until = this.until();
    try {
      const held = await this.runs.renew(
        tasks.map(({ task }) => task),
        this.leaseSeconds,
      );
      for (const task of tasks) this.judge(task, until, held.get(task.taskId));
    } catch (error) {
      this.logger.warn({ err: error }, 'leases could not be renewed');
      for (const task of tasks) if (task.leaseUntil < performance.now()) task.abort('lost');
    }
  }

  private judge(task: RunningTask, until: number, state: { stopRequested: boolean } | undefined): void {
    // One that has ended by itself meanwhile is not lost.
    if (!state && this.held.get(task.taskId) === task) task.abort('lost');
    if (!state) return;
    task.leaseUntil = until;
    if (state.stopRequested) task.abort('stopped');
  }
}
