import { Module, type DynamicModule } from '@nestjs/common';
import type { RedisSettings } from '../redis/redis.module';
import { Broadcast } from './broadcast';
import { JobQueues, QUEUE_SETTINGS } from './job-queues';

@Module({})
export class QueueModule {
  static forRoot(settings: RedisSettings): DynamicModule {
    return {
      module: QueueModule,
      global: true,
      providers: [{ provide: QUEUE_SETTINGS, useValue: settings }, JobQueues, Broadcast],
      exports: [JobQueues, Broadcast],
    };
  }
}
