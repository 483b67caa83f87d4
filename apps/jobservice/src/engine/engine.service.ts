import { PoolsService } from '@breakwater/executions';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineLoops } from './engine-loops';
import { Leases } from './leases';
import { Pool } from './pool';
import { Workers } from './workers';

/** Told to end, short tasks may finish; then all are asked to, and what does not heed it is given back by force. */
const finishMs = 2_000;
const heedMs = 5_000;
const lookMs = 20;

/** The life of the engine: it begins with the process, and ends with every task finished or given back. */
@Injectable()
export class EngineService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly workers: Workers,
    private readonly leases: Leases,
    private readonly loops: EngineLoops,
    private readonly pool: Pool,
    private readonly pools: PoolsService,
  ) {}

  onApplicationBootstrap(): void {
    this.workers.start();
    this.loops.leases.start();
    this.loops.reconciler.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.workers.pause(), this.loops.reconciler.stop()]);
    await this.idle(finishMs);
    for (const task of this.leases.tasks) task.abort('shutdown');
    await this.idle(heedMs);
    await this.loops.leases.stop();
    await this.pools.remove(this.pool.id).catch(() => undefined);
    await this.workers.close();
  }

  private async idle(mostMs: number): Promise<void> {
    for (const end = performance.now() + mostMs; this.leases.tasks.length > 0 && performance.now() < end;)
      await sleep(lookMs);
  }
}
