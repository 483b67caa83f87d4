import { jobs } from '@breakwater/contracts';
import { Module, type DynamicModule } from '@nestjs/common';
import type { RedisSettings } from '../redis/redis.module';
import { Broadcast } from './broadcast';
import { JobQueues, QUEUE_SETTINGS } from './job-queues';
import { JOB_TABLE, type JobTable } from './job-table';

@Module({})
export class QueueModule {
  static forRoot(settings: RedisSettings, table: JobTable = jobs): DynamicModule {
    return {
      module: QueueModule,
      global: true,
      providers: [
        { provide: QUEUE_SETTINGS, useValue: settings },
        { provide: JOB_TABLE, useValue: table },
        JobQueues,
        Broadcast,
      ],
      exports: [QUEUE_SETTINGS, JOB_TABLE, JobQueues, Broadcast],
    };
  }
}
