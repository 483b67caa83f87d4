import { AppError } from '@breakwater/kernel';
import { AppErrorWithHeaders } from '@breakwater/platform';

/** Runs so much work at once, lets so much wait, and refuses the rest with TOOMANYREQUESTS. */
export class BoundedPool {
  private active = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly concurrency: number,
    private readonly queueLimit: number,
  ) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.enter();
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  private async enter(): Promise<void> {
    if (this.active < this.concurrency) {
      this.active += 1;
      return;
    }
    if (this.waiting.length >= this.queueLimit) throw overloaded();
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** Hands the place over to the one that waits longest. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.active -= 1;
  }
}

function overloaded(): AppError {
  const error = new AppError('TOOMANYREQUESTS', 'too many logins at once, try again shortly', {
    reason: 'login.overloaded',
  });
  return new AppErrorWithHeaders(error, { 'retry-after': '1' });
}
