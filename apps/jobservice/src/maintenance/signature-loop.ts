import { SignatureRounds } from '@breakwater/signatures';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { LoopMetrics } from '../metrics/loop-metrics';
import { MaintenanceLoop } from './maintenance-loop';

const minute = 60_000;

/** Signatures whose time has come, or that nobody told of. */
@Injectable()
export class SignatureLoop implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly loop: MaintenanceLoop;

  constructor(metrics: LoopMetrics, rounds: SignatureRounds) {
    const name = 'signature-rounds';
    this.loop = new MaintenanceLoop({ name, everyMs: minute, run: metrics.watch(name, () => rounds.run()) });
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }
}
