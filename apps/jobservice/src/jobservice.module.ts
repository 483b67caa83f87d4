import { ArtifactsModule, ProjectRemovalModule, PullFolder, QuotaReconciliationModule } from '@breakwater/artifacts';
import { AuditModule, AuditPurgeModule } from '@breakwater/audit';
import { EventsModule } from '@breakwater/events';
import { ExecutionsModule } from '@breakwater/executions';
import { GcModule } from '@breakwater/gc';
import { ImportRunModule } from '@breakwater/import';
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
  StorageKeeperModule,
  type JobserviceConfig,
  type JobTable,
} from '@breakwater/platform';
import { RetentionModule } from '@breakwater/retention';
import { SettingsModule } from '@breakwater/settings';
import { SignatureVerificationModule } from '@breakwater/signatures';
import { TrustRecordsModule } from '@breakwater/trust';
import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { WebhookDeliveryModule } from '@breakwater/webhooks';
import type { Redis } from 'ioredis';
import { EngineModule } from './engine/engine.module';
import { BlobScrubJob } from './jobs/blob-scrub.job';
import { GarbageCollectionJob } from './jobs/garbage-collection.job';
import { PurgeAuditLogJob } from './jobs/purge-audit-log.job';
import { ExecutionSweepJob } from './jobs/execution-sweep.job';
import { ExecutionSweepStarter } from './jobs/execution-sweep.starter';
import { ArtifactPurgeJob } from './jobs/artifact-purge.job';
import { ArtifactPurgeSchedule } from './jobs/artifact-purge.schedule';
import { eventSubscribers } from './event-subscribers';
import { SlackJob } from './jobs/slack.job';
import { VerifySignaturesJob } from './jobs/verify-signatures.job';
import { WebhookJob } from './jobs/webhook.job';
import { ProjectDeleteJob } from './jobs/project-delete.job';
import { QuotaReconcileJob } from './jobs/quota-reconcile.job';
import { RetentionJob } from './jobs/retention.job';
import { StorageImportJob } from './jobs/storage-import.job';
import { TrustPruneJob } from './jobs/trust-prune.job';
import { MaintenanceService } from './maintenance/maintenance.service';
import { SignatureLoop } from './maintenance/signature-loop';
import { SignedTagLoop } from './maintenance/signed-tag-loop';
import { AuditMetrics } from './metrics/audit-metrics';
import { QueueMetrics } from './metrics/queue-metrics';
import { UploadExpiry } from './maintenance/upload-expiry';

/** Who does which job (`@HandlesJob`), and who starts what a schedule is for (`@StartsSchedule`). */
const jobHandlers: Provider[] = [
  ArtifactPurgeJob,
  ArtifactPurgeSchedule,
  BlobScrubJob,
  ExecutionSweepJob,
  ExecutionSweepStarter,
  GarbageCollectionJob,
  ProjectDeleteJob,
  PurgeAuditLogJob,
  QuotaReconcileJob,
  RetentionJob,
  SlackJob,
  StorageImportJob,
  TrustPruneJob,
  VerifySignaturesJob,
  WebhookJob,
];

/** Jobs instead of the platform's, with who handles them: for tests of the engine. */
export interface OtherJobs {
  table: JobTable;
  handlers: Provider[];
}

@Module({})
export class JobserviceModule {
  static forRoot(config: JobserviceConfig, otherJobs?: OtherJobs): DynamicModule {
    return {
      module: JobserviceModule,
      imports: [
        ConfigModule.forRoot(config),
        loggingModule('jobservice', config.LOG_LEVEL),
        DatabaseModule.forRoot({ ...config, applicationName: 'breakwater-jobservice' }),
        RedisModule.forRoot(config),
        QueueModule.forRoot(config, otherJobs?.table),
        StorageKeeperModule.forRoot(config),
        MetricsModule.forRoot('jobservice', config),
        HealthModule.forRoot({
          inject: [Database, REDIS],
          checks: (database: Database, redis: Redis) => [
            { name: 'database', check: () => database.query('SELECT 1') },
            { name: 'redis', check: () => redis.ping() },
          ],
        }),
        EventsModule,
        AuditModule,
        AuditPurgeModule,
        ArtifactsModule,
        ProjectRemovalModule,
        QuotaReconciliationModule,
        GcModule,
        ExecutionsModule,
        EngineModule,
        ImportRunModule,
        RetentionModule,
        SettingsModule,
        SignatureVerificationModule,
        TrustRecordsModule,
        WebhookDeliveryModule,
      ],
      providers: [
        eventSubscribers,
        PullFolder,
        UploadExpiry,
        MaintenanceService,
        SignatureLoop,
        SignedTagLoop,
        AuditMetrics,
        QueueMetrics,
        ...(otherJobs?.handlers ?? jobHandlers),
      ],
    };
  }
}
