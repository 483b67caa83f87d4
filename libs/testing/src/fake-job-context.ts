import type { JobContext } from '@breakwater/executions';
import type { Database } from '@breakwater/platform';

/** A context for a job that a test runs itself; it notes what the job tells. */
export interface FakeJobContext extends JobContext {
  readonly lines: string[];
  readonly checkpoints: unknown[];
  /** Merged, as people would see them. */
  readonly shown: Record<string, unknown>;
  readonly outcome: Record<string, unknown>;
}

/** With a database, steps are transactions of it, as in the engine. */
export function fakeJobContext(given: Partial<Omit<JobContext, 'log'>> = {}, database?: Database): FakeJobContext {
  const lines: string[] = [];
  const checkpoints: unknown[] = [];
  const shown: Record<string, unknown> = {};
  const outcome: Record<string, unknown> = {};
  return {
    executionId: 1,
    taskId: 1,
    run: 1,
    checkpoint: undefined,
    signal: new AbortController().signal,
    progress: (attributes) => void Object.assign(shown, attributes),
    result: (attributes) => void Object.assign(outcome, attributes),
    advance: async (checkpoint, work) => {
      await (database ? database.transaction(async () => work?.()) : work?.());
      checkpoints.push(checkpoint);
    },
    idempotencyKey: (step) => `task-1-${step}`,
    ...given,
    log: (line) => void lines.push(line),
    lines,
    checkpoints,
    shown,
    outcome,
  };
}
