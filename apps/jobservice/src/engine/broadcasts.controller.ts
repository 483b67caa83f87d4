import type { Broadcasts } from '@breakwater/platform';
import { Controller, Logger } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { Leases } from './leases';
import { Reconciler } from './reconciler';

/** What every replica hears (decision 5). Hints: each looks into Postgres, which it would do a little later anyway. */
@Controller()
export class BroadcastsController {
  private readonly logger = new Logger('Jobs');

  constructor(
    private readonly leases: Leases,
    private readonly reconciler: Reconciler,
  ) {}

  @EventPattern('task.stop' satisfies keyof Broadcasts)
  async stop(@Payload() { taskIds }: Broadcasts['task.stop']): Promise<void> {
    if (this.leases.has(taskIds)) await this.leases.renew();
  }

  @EventPattern(['queue.changed', 'schedule.changed'] satisfies (keyof Broadcasts)[])
  async changed(): Promise<void> {
    try {
      await this.reconciler.reconcile();
    } catch (error) {
      this.logger.warn({ err: error }, 'the queue is brought up to date a little later');
    }
  }
}
