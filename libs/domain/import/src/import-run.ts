import type { JobContext } from '@breakwater/executions';
import { beginning, importProgress, type ImportProgress, type ProblemKind, type Totals } from './import-progress';

type Counts = Partial<Omit<Totals, 'problems'>>;

/** One import: how far it is, and what it found. */
export class ImportRun {
  private state: ImportProgress;
  /** Since the last place from which a run that is taken up again would go on. */
  private problems: Totals['problems'] = {};

  constructor(private readonly context: Pick<JobContext, 'signal' | 'log' | 'progress' | 'checkpoint' | 'advance'>) {
    this.state = context.checkpoint ? importProgress.parse(context.checkpoint) : beginning;
  }

  get phase(): ImportProgress['phase'] {
    return this.state.phase;
  }

  get after(): string {
    return this.state.after;
  }

  get totals(): Totals {
    return this.state.totals;
  }

  throwIfStopped(): void {
    this.context.signal.throwIfAborted();
  }

  log(line: string): void {
    this.context.log(line);
  }

  /** Does `work` in Postgres and counts what it answers, once; a run that is taken up again goes on from `to`. */
  async step(to: Partial<Pick<ImportProgress, 'phase' | 'after'>>, work?: () => Promise<Counts>): Promise<void> {
    const getsOn = to.after !== undefined;
    const next: ImportProgress = { ...this.state, ...to };
    await this.context.advance(next, async () => {
      const totals = add(this.state.totals, (await work?.()) ?? {});
      next.totals = getsOn ? { ...totals, problems: sum(totals.problems, this.problems) } : totals;
    });
    this.state = next;
    if (getsOn) this.problems = {};
    this.context.progress({ phase: next.phase, after: next.after, ...next.totals });
  }

  /** Logged at once, counted when the import gets on from here. */
  problem(kind: ProblemKind, what: string): void {
    this.log(`${kind}: ${what}`);
    this.problems = sum(this.problems, { [kind]: 1 });
  }
}

function add(totals: Totals, counts: Counts): Totals {
  const result = { ...totals };
  for (const [name, value] of Object.entries(counts)) result[name as keyof Counts] += value;
  return result;
}

function sum(left: Totals['problems'], right: Totals['problems']): Totals['problems'] {
  const result = { ...left };
  for (const [kind, count] of Object.entries(right) as [ProblemKind, number][])
    result[kind] = (result[kind] ?? 0) + count;
  return result;
}
