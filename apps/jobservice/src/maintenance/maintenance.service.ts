import { PullFolder } from '@breakwater/artifacts';
import { OutboxRelay, Partitions, type EventSubscriber } from '@breakwater/events';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { MaintenanceLoop } from './maintenance-loop';
import { UploadExpiry } from './upload-expiry';

/** Who hears of events. Webhooks, audit, scanning and replication take their seats here. */
const subscribers: EventSubscriber[] = [];

const seconds = 1_000;
const minutes = 60 * seconds;

/** The housekeeping that goes on all the time, in every replica; each loop sees to it that rounds do not collide. */
@Injectable()
export class MaintenanceService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly loops: MaintenanceLoop[];

  constructor(relay: OutboxRelay, folder: PullFolder, partitions: Partitions, uploads: UploadExpiry) {
    this.loops = [
      new MaintenanceLoop({ name: 'outbox-relay', everyMs: seconds, run: () => relay.relay(subscribers) }),
      new MaintenanceLoop({ name: 'pull-fold', everyMs: 5 * seconds, run: () => folder.fold().then(() => 0) }),
      new MaintenanceLoop({ name: 'upload-expiry', everyMs: minutes, run: () => uploads.expire() }),
      new MaintenanceLoop({
        name: 'partitions',
        everyMs: 60 * minutes,
        run: () => partitions.createAhead().then(() => 0),
      }),
    ];
  }

  onApplicationBootstrap(): void {
    for (const loop of this.loops) loop.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }
}
