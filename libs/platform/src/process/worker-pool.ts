import type { Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';

export interface WorkerPoolOptions {
  service: string;
  count: number;
  fork: () => Worker;
  log: { error: (text: string) => void };
  /** Before the first replacement; doubled with each one that does not last. */
  pauseMs?: number;
}

interface Life {
  served: boolean;
  lastedMs: number;
  /** "exit code 1", "SIGKILL" */
  end: string;
}

/** What a worker sends once it takes connections: it may listen on other ports before. */
export const serving = 'serving';

const maxPauseMs = 30_000;
/** A worker that lived this long was well: its successor starts after the shortest pause. */
const wellAfterMs = 30_000;
/** Of workers in a row, while none serves; then whoever started us is told. */
const maxFailedStarts = 5;

/** Keeps a number of worker processes alive. */
export class WorkerPool {
  private readonly living = new Set<Worker>();
  private readonly stopping = new AbortController();
  private readonly pauseMs: number;
  /** Workers that take connections now. */
  private serving = 0;
  private failedStarts = 0;
  private hasServed = false;
  private announceFirst: () => void = () => undefined;

  constructor(private readonly options: WorkerPoolOptions) {
    this.pauseMs = options.pauseMs ?? 500;
  }

  /** Resolves when `stop` was called and every worker has ended. Rejects, with none left, when no worker can start. */
  async run(): Promise<void> {
    const firstServes = new Promise<void>((resolve) => (this.announceFirst = resolve));
    const first = this.keepOne();
    // The others wait, so that what is wrong with the configuration or the port is said once.
    await Promise.race([firstServes, first]);
    const others = Array.from({ length: this.options.count - 1 }, () => this.keepOne());
    const all = [first, ...others];
    try {
      await Promise.all(all);
    } catch (error) {
      this.stop('SIGTERM');
      await Promise.allSettled(all);
      throw error;
    }
  }

  /** Passes the signal on, once, and replaces nobody any more. */
  stop(signal: NodeJS.Signals): void {
    if (this.stopping.signal.aborted) return;
    this.stopping.abort();
    for (const worker of this.living) worker.process.kill(signal);
  }

  private async keepOne(): Promise<void> {
    const { signal } = this.stopping;
    for (let short = 0; !signal.aborted;) {
      const life = await this.live();
      if (signal.aborted) return;
      this.giveUpIfHopeless(life);
      short = life.lastedMs > wellAfterMs ? 0 : short + 1;
      const pause = Math.min(this.pauseMs * 2 ** Math.max(0, short - 1), maxPauseMs);
      this.options.log.error(`a worker ended (${life.end}), another one starts in ${pause} ms`);
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  /** One worker from its start to its end. */
  private live(): Promise<Life> {
    const worker = this.options.fork();
    const born = performance.now();
    let served = false;
    this.living.add(worker);
    worker.on('message', (message: unknown) => {
      if (message !== serving || served) return;
      served = true;
      this.serving++;
      this.failedStarts = 0;
      this.hasServed = true;
      this.announceFirst();
    });
    return new Promise((resolve) => {
      const ended = (end: string) => {
        if (!this.living.delete(worker)) return;
        if (served) this.serving--;
        resolve({ served, end, lastedMs: performance.now() - born });
      };
      worker.once('exit', (code: number, signal: string | null) => ended(signal ?? `exit code ${code}`));
      worker.on('error', (error) => {
        // A process that could not be made has no exit; else the channel to it broke, and the exit follows.
        if (worker.process.pid === undefined) ended(error.message);
      });
    });
  }

  /**
   * A first worker that does not come up ends the start, as it would without workers. Later, as long as others serve,
   * it is tried again for ever: what a start needs (the database, say) may come back.
   */
  private giveUpIfHopeless({ served, end }: Life): void {
    if (served || this.serving > 0) return;
    this.failedStarts++;
    if (this.hasServed && this.failedStarts < maxFailedStarts) return;
    throw new Error(`no worker of ${this.options.service} can start: the last one ended (${end}) and said why above`);
  }
}
