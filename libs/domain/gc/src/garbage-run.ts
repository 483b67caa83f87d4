import type { JobContext } from '@breakwater/executions';
import { beginning, type GarbageOptions, type Phase, type Progress, type Totals } from './garbage';

type Context = Pick<JobContext, 'signal' | 'log' | 'progress' | 'checkpoint' | 'advance'>;

/** One collection: its options, how far it is, and what it found. Steps of parallel workers are remembered one at a time. */
export class GarbageRun {
  private state: Progress;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    readonly options: GarbageOptions,
    private readonly context: Context,
  ) {
    this.state = (context.checkpoint as Progress | undefined) ?? beginning;
  }

  get phase(): Phase {
    return this.state.phase;
  }

  get after(): string {
    return this.state.after;
  }

  get totals(): Totals {
    return this.state.totals;
  }

  get signal(): AbortSignal {
    return this.context.signal;
  }

  log(line: string): void {
    this.context.log(line);
  }

  show(attributes: Record<string, unknown>): void {
    const { freed, blobs, manifests } = this.totals;
    this.context.progress({
      phase: this.phase,
      freed_space: freed,
      purged_blobs: blobs,
      purged_manifests: manifests,
      ...attributes,
    });
  }

  async enter(phase: Phase): Promise<void> {
    await this.step({ phase, after: '' });
  }

  /** Does `work` in Postgres, counts what it answers, and goes on from `to`: all of it once, or nothing. */
  step(to: { phase?: Phase; after?: string }, work?: () => Promise<Partial<Totals>>): Promise<void> {
    return this.oneByOne(async () => {
      this.signal.throwIfAborted();
      const next: Progress = { ...this.state, ...to, totals: { ...this.state.totals } };
      const before = this.state.totals;
      await this.context.advance(next, async () => {
        // A transaction that lost a deadlock runs again.
        Object.assign(next.totals, before);
        const found = (await work?.()) ?? {};
        for (const [name, count] of Object.entries(found)) next.totals[name as keyof Totals] += count;
      });
      this.state = next;
    });
  }

  private oneByOne<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work);
    this.last = result.catch(() => undefined);
    return result;
  }
}
