import { ArtifactsModule, PullFolder } from '@breakwater/artifacts';
import { EventsModule } from '@breakwater/events';
import { ExecutionsModule } from '@breakwater/executions';
import {
  ConfigModule,
  Database,
  DatabaseModule,
  HealthModule,
  loggingModule,
  MetricsModule,
  QueueModule,
  REDIS,
  RedisModule,
  type JobserviceConfig,
} from '@breakwater/platform';
import { Module, type DynamicModule } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { MaintenanceService } from './maintenance/maintenance.service';
import { LoopMetrics } from './metrics/loop-metrics';
import { QueueMetrics } from './metrics/queue-metrics';
import { UploadExpiry } from './maintenance/upload-expiry';

@Module({})
export class JobserviceModule {
  static forRoot(config: JobserviceConfig): DynamicModule {
    return {
      module: JobserviceModule,
      imports: [
        ConfigModule.forRoot(config),
        loggingModule('jobservice', config.LOG_LEVEL),
        DatabaseModule.forRoot({ ...config, applicationName: 'breakwater-jobservice' }),
        RedisModule.forRoot(config),
        QueueModule.forRoot(config),
        MetricsModule.forRoot('jobservice', config),
        HealthModule.forRoot({
          inject: [Database, REDIS],
          checks: (database: Database, redis: Redis) => [
            { name: 'database', check: () => database.query('SELECT 1') },
            { name: 'redis', check: () => redis.ping() },
          ],
        }),
        EventsModule,
        ArtifactsModule,
        ExecutionsModule,
      ],
      providers: [PullFolder, UploadExpiry, LoopMetrics, MaintenanceService, QueueMetrics],
    };
  }
}
