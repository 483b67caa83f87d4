import { PullFolder } from '@breakwater/artifacts';
import { OutboxRelay, Partitions } from '@breakwater/events';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { EVENT_SUBSCRIBERS, type EventSubscribers } from '../event-subscribers';
import { LoopMetrics } from '../metrics/loop-metrics';
import { MaintenanceLoop } from './maintenance-loop';
import { UploadExpiry } from './upload-expiry';

const seconds = 1_000;
const minutes = 60 * seconds;

/** The housekeeping that goes on all the time, in every replica; each loop sees to it that rounds do not collide. */
@Injectable()
export class MaintenanceService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly loops: MaintenanceLoop[];

  constructor(
    private readonly metrics: LoopMetrics,
    relay: OutboxRelay,
    folder: PullFolder,
    partitions: Partitions,
    uploads: UploadExpiry,
    @Inject(EVENT_SUBSCRIBERS) subscribers: EventSubscribers,
  ) {
    this.loops = [
      this.loop('outbox-relay', seconds, () => relay.distribute(subscribers)),
      // A loop each: one that is slow or fails holds nobody else.
      ...subscribers.map((subscriber) =>
        this.loop(`outbox-${subscriber.name}`, seconds, () => relay.publish(subscriber)),
      ),
      this.loop('pull-fold', 5 * seconds, () => folder.fold().then(() => 0)),
      this.loop('upload-expiry', minutes, () => uploads.expire()),
      this.loop('partitions', 60 * minutes, () => partitions.createAhead().then(() => 0)),
    ];
  }

  onApplicationBootstrap(): void {
    for (const loop of this.loops) loop.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }

  private loop(name: string, everyMs: number, run: () => Promise<number>): MaintenanceLoop {
    return new MaintenanceLoop({ name, everyMs, run: this.metrics.watch(name, run) });
  }
}
