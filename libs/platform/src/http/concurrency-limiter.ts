import { AppError } from '@breakwater/kernel';
import { AsyncResource } from 'node:async_hooks';
import { AppErrorWithHeaders } from './error-envelope.filter';

export interface ConcurrencyLimits {
  /** How many may be under way at once. */
  limit: number;
  /** How many may wait behind them; the next one is refused at once. */
  queueLength: number;
  /** How long one waits before it is refused. */
  queueMs: number;
}

interface Waiting {
  enter: (refusal?: AppError) => void;
  deadline: NodeJS.Timeout;
}

/** A place to leave again, or a refusal. */
type Entered = (refusal?: AppError) => void;

/** So many at once, first come first served; the rest waits in a queue that has an end and a deadline. */
export class ConcurrencyLimiter {
  private underWay = 0;
  private readonly queue = new Set<Waiting>();

  constructor(private readonly limits: ConcurrencyLimits) {}

  /** True: there was a place, to be given back with `leave`. Never waits. */
  tryEnter(): boolean {
    // While anybody waits every place is taken: `leave` hands it over.
    if (this.underWay >= this.limits.limit) return false;
    this.underWay++;
    return true;
  }

  /**
   * Calls back once, at once or later: without an argument when there is a place, to be given back with `leave`, or
   * with TOOMANYREQUESTS. Gives a function for who no longer wants to wait; after it nothing is called.
   */
  enter(entered: Entered): () => void {
    if (this.tryEnter()) entered();
    else if (this.queue.size >= this.limits.queueLength) entered(tooMany());
    else return this.wait(entered);
    return () => undefined;
  }

  leave(): void {
    for (const next of this.queue) {
      this.forget(next);
      next.enter();
      return;
    }
    this.underWay--;
  }

  private wait(entered: Entered): () => void {
    const waiting: Waiting = {
      // Who leaves must not hand its transaction or trace on with its place.
      enter: AsyncResource.bind(entered),
      deadline: setTimeout(() => {
        this.forget(waiting);
        waiting.enter(tooMany());
      }, this.limits.queueMs),
    };
    this.queue.add(waiting);
    return () => this.forget(waiting);
  }

  private forget(waiting: Waiting): void {
    this.queue.delete(waiting);
    clearTimeout(waiting.deadline);
  }
}

function tooMany(): AppError {
  const error = new AppError('TOOMANYREQUESTS', 'too many requests at once, try again shortly', {
    reason: 'overload.queue',
  });
  return new AppErrorWithHeaders(error, { 'retry-after': '5' });
}
