import { ExecutionsModule } from '@breakwater/executions';
import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { LoopMetrics } from '../metrics/loop-metrics';
import { BroadcastsController } from './broadcasts.controller';
import { EngineLoops } from './engine-loops';
import { EngineService } from './engine.service';
import { JobHandlers } from './job-handlers';
import { JobMetrics } from './job-metrics';
import { JobRunner } from './job-runner';
import { Leases } from './leases';
import { Pool } from './pool';
import { Reconciler } from './reconciler';
import { ScheduleFiring } from './schedule-firing';
import { TaskTaker } from './task-taker';
import { Workers } from './workers';

/** Runs tasks. Who does them are the providers, anywhere in the process, that `@HandlesJob` marks. */
@Module({
  imports: [DiscoveryModule, ExecutionsModule],
  controllers: [BroadcastsController],
  providers: [
    EngineService,
    EngineLoops,
    JobHandlers,
    JobMetrics,
    JobRunner,
    Leases,
    LoopMetrics,
    Pool,
    Reconciler,
    ScheduleFiring,
    TaskTaker,
    Workers,
  ],
  exports: [LoopMetrics],
})
export class EngineModule {}
