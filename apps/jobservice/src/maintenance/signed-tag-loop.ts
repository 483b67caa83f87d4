import { ReplacementRounds } from '@breakwater/signatures';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { LoopMetrics } from '../metrics/loop-metrics';
import { MaintenanceLoop } from './maintenance-loop';

const everyMs = 5_000;

/** Signed tags that were replaced. */
@Injectable()
export class SignedTagLoop implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly loop: MaintenanceLoop;

  constructor(metrics: LoopMetrics, rounds: ReplacementRounds) {
    const name = 'signed-tags';
    this.loop = new MaintenanceLoop({ name, everyMs, run: metrics.watch(name, () => rounds.run()) });
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }
}
