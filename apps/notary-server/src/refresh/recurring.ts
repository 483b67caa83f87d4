import type { Logger } from '@nestjs/common';

interface Recurrence {
  /** About so often; not all replicas at the same moment. */
  seconds: number;
  logger: Logger;
  /** What is logged of a round that fails; the next one comes all the same. */
  failure: string;
}

/** A round of work, again and again until it is stopped. */
export class Recurring {
  private timer?: NodeJS.Timeout;
  private underWay: Promise<void> = Promise.resolve();
  stopped = false;

  constructor(
    private readonly round: () => Promise<void>,
    private readonly recurrence: Recurrence,
  ) {}

  start(): void {
    const { seconds, logger, failure } = this.recurrence;
    this.timer = setTimeout(
      () => {
        this.underWay = this.round()
          .catch((error: unknown) => logger.warn({ err: error }, failure))
          .finally(() => {
            if (!this.stopped) this.start();
          });
      },
      seconds * 1_000 * (0.75 + Math.random() / 2),
    );
  }

  /** Resolves when a round that is under way has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.underWay;
  }
}
