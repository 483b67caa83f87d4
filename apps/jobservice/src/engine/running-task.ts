import type { ClaimedTask, JobContext, TaskLogs, TaskRuns } from '@breakwater/executions';
import { TaskLogWriter } from './task-log-writer';

/** Why a task is to end: people stopped it, it takes too long, somebody else has it, or the process ends. */
export type AbortKind = 'stopped' | 'timeout' | 'lost' | 'shutdown';

const messages: Readonly<Record<AbortKind, string>> = {
  stopped: 'stopped',
  timeout: 'took longer than it may',
  lost: 'the task is not this worker’s any more',
  shutdown: 'the job service ends',
};

export class TaskAborted extends Error {
  override readonly name = 'AbortError';
  constructor(readonly kind: AbortKind) {
    super(messages[kind]);
  }
}

/** How often what a job tells of itself is written, and its lease looked at. */
const tickMs = 1_000;

/** A task while a worker has it: what its handler sees, and what the engine knows of it. */
export class RunningTask implements JobContext {
  readonly executionId: number;
  readonly taskId: number;
  readonly run: number;
  readonly checkpoint: unknown;
  readonly outcome: Record<string, unknown> = {};
  private readonly controller = new AbortController();
  private readonly writer: TaskLogWriter;
  private readonly ticker: NodeJS.Timeout;
  private shown: Record<string, unknown> = {};
  private showing: Promise<void> = Promise.resolve();

  /** `leaseUntil`: on the clock of `performance.now()`; sooner than Postgres has it. */
  constructor(
    readonly task: ClaimedTask,
    public leaseUntil: number,
    private readonly runs: TaskRuns,
    logs: TaskLogs,
  ) {
    this.executionId = task.executionId;
    this.taskId = task.id;
    this.run = task.run;
    this.checkpoint = task.checkpoint ?? undefined;
    this.writer = new TaskLogWriter(logs, task);
    this.ticker = setInterval(() => this.tick(), tickMs).unref();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Undefined: it is not to end. */
  get aborted(): AbortKind | undefined {
    const reason: unknown = this.signal.reason;
    return reason instanceof TaskAborted ? reason.kind : undefined;
  }

  /** The first reason counts. */
  abort(kind: AbortKind): void {
    this.controller.abort(new TaskAborted(kind));
  }

  log(message: string): void {
    this.writer.add('INFO', message);
  }

  logError(message: string): void {
    this.writer.add('ERROR', message);
  }

  progress(attributes: Record<string, unknown>): void {
    Object.assign(this.shown, attributes);
  }

  result(attributes: Record<string, unknown>): void {
    Object.assign(this.outcome, attributes);
  }

  advance(checkpoint: unknown, work?: () => Promise<void>): Promise<void> {
    return this.runs.advance(this.task, checkpoint, work);
  }

  idempotencyKey(step: string): string {
    return `task-${this.taskId}-${step}`;
  }

  /** Writes what was told so far; resolves when it is written, or could not be. */
  async flush(): Promise<void> {
    await Promise.all([this.writer.flush(), this.show()]);
  }

  /** Nothing is written any more. */
  close(): void {
    clearInterval(this.ticker);
  }

  private tick(): void {
    // Also when the renewal hangs, or the whole process did: by now others may have the task.
    if (performance.now() > this.leaseUntil) this.abort('lost');
    void this.flush();
  }

  private show(): Promise<void> {
    const attributes = this.shown;
    if (Object.keys(attributes).length === 0) return this.showing;
    this.shown = {};
    this.showing = this.showing.then(() => this.runs.mergeAttributes(this.task, attributes)).catch(() => undefined);
    return this.showing;
  }
}
