import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LoopOptions {
  name: string;
  everyMs: number;
  /** One round; a number answered other than 0 means that more is waiting, and the next round follows at once. */
  run: () => Promise<number>;
}

/** Rounds of work, one after another, until it is stopped. A round that fails is logged, and tried again in time. */
export class MaintenanceLoop {
  private readonly logger = new Logger('Maintenance');
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(private readonly options: LoopOptions) {}

  start(): void {
    this.running ??= this.rounds();
  }

  /** Resolves when the round that is going on has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async rounds(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const more = await this.round();
      // Replicas started together drift apart.
      if (!more)
        await sleep(this.options.everyMs * (0.9 + Math.random() * 0.2), undefined, { signal }).catch(() => undefined);
    }
  }

  private async round(): Promise<boolean> {
    try {
      return (await this.options.run()) > 0;
    } catch (error) {
      this.logger.error({ err: error, loop: this.options.name }, 'maintenance round failed');
      return false;
    }
  }
}
