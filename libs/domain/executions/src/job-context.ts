import type { JobPayload, JobType } from '@breakwater/contracts';

/** What a job may use while it runs. */
export interface JobContext {
  readonly executionId: number;
  readonly taskId: number;
  /** From 1; a task is run again when its worker died, was told to end, or failed with attempts left. */
  readonly run: number;
  /**
   * Aborted when the task is to stop, takes too long, belongs to somebody else by now, or the process ends. Long work
   * looks at it between steps and throws `signal.reason`; the engine knows what to make of it.
   */
  readonly signal: AbortSignal;

  /** A line of the task's log. Written in batches; never waits. */
  log(message: string): void;

  /** What people see while it runs; merged into the task's extra attributes, at most once a second. */
  progress(attributes: Record<string, unknown>): void;

  /** What came of it; merged into the extra attributes of task and execution when the task ends in success. */
  result(attributes: Record<string, unknown>): void;

  /** Where the run before left off; undefined in the first. */
  readonly checkpoint: unknown;

  /**
   * Runs `work` and remembers where to go on, in one transaction that counts only while the task is still this worker's:
   * what `work` changes in Postgres happens once, however often workers die. `work` holds nothing but database calls.
   */
  advance(checkpoint: unknown, work?: () => Promise<void>): Promise<void>;

  /** The same in every run: what is done outside Postgres is done under this key, for the other side to know it again. */
  idempotencyKey(step: string): string;
}

/** Does the work of one type of task. Throwing is failing: it is tried again as its declaration says. */
export interface JobHandler<T extends JobType> {
  run(payload: JobPayload<T>, context: JobContext): Promise<void>;
}
