import { ContentModule } from '@breakwater/artifacts';
import { LeaseModule } from '@breakwater/coherence';
import { IdentityModule } from '@breakwater/identity';
import {
  AuthenticationMetrics,
  ConfigModule,
  Database,
  DatabaseModule,
  FrontDoor,
  HealthModule,
  loggingModule,
  Metrics,
  MetricsModule,
  RateLimits,
  RedisModule,
  type RegistryConfig,
} from '@breakwater/platform';
import { ProjectsModule } from '@breakwater/projects';
import { QuotasModule } from '@breakwater/quotas';
import { SettingsModule } from '@breakwater/settings';
import type { BlobStore } from '@breakwater/storage';
import { TokensModule } from '@breakwater/tokens';
import { TrustGateModule } from '@breakwater/trust-gate';
import { PullEventsModule } from '@breakwater/webhooks';
import { Module, type DynamicModule } from '@nestjs/common';
import { Actors } from './auth/actors';
import { RegistryAuthorizer } from './auth/registry-authorizer';
import { BaseRoutes } from './base/base.routes';
import { BlobDelivery } from './blobs/blob-delivery';
import { BlobsRoutes } from './blobs/blobs.routes';
import { HotAnswers } from './hot/hot-answers';
import { HotBlobs } from './hot/hot-blobs';
import { HotPath } from './hot/hot-path';
import { HotGate } from './http/hot-gate';
import { RouteLimits } from './http/route-limits';
import { Router } from './http/router';
import { TargetProjects } from './http/target-projects';
import { InternalRoutes } from './internal/internal.routes';
import { PrecheckRoutes } from './internal/precheck.routes';
import { AskedManifests } from './manifests/asked-manifests';
import { ManifestRequests } from './manifests/manifest-requests';
import { ManifestPushRoutes, ManifestsRoutes } from './manifests/manifests.routes';
import { Pulls } from './manifests/pulls';
import { signatureBytes } from './manifests/signature-bytes';
import { TaggedPushes } from './manifests/tagged-pushes';
import { HotMetrics } from './metrics/hot-metrics';
import { measuredBlobStore } from './metrics/measured-blob-store';
import { Outcomes } from './metrics/outcomes';
import { CacheMetrics, LeaseMetrics } from './metrics/registry-metrics';
import { ReferrersRoutes } from './referrers/referrers.routes';
import { TagsRoutes } from './tags/tags.routes';
import { BlobMounts } from './uploads/blob-mounts';
import { QuotaRefusals } from './http/quota-refusals';
import { UploadRequests } from './uploads/upload-requests';
import { UploadsRoutes } from './uploads/uploads.routes';

/** Everything that answers requests. */
export const routes = [
  BaseRoutes,
  UploadsRoutes,
  BlobsRoutes,
  ManifestsRoutes,
  ManifestPushRoutes,
  TagsRoutes,
  ReferrersRoutes,
  InternalRoutes,
  PrecheckRoutes,
];

const manifests = [AskedManifests, ManifestRequests, TaggedPushes, Pulls];
const measures = [AuthenticationMetrics, HotMetrics, Outcomes, CacheMetrics, LeaseMetrics];

@Module({})
export class RegistryModule {
  static forRoot(config: RegistryConfig, store: BlobStore): DynamicModule {
    const metrics = new Metrics(config.METRICS_PORT !== undefined);
    const measured = measuredBlobStore(store, metrics);
    return {
      module: RegistryModule,
      imports: [
        ConfigModule.forRoot(config),
        loggingModule('registry', config.LOG_LEVEL),
        DatabaseModule.forRoot({ ...config, applicationName: 'breakwater-registry' }),
        RedisModule.forRoot(config),
        // Redis is not asked: pulls and pushes go on without it.
        HealthModule.forRoot({
          inject: [Database],
          checks: (database: Database) => [{ name: 'database', check: () => database.query('SELECT 1') }],
        }),
        MetricsModule.forRoot('registry', config, metrics),
        ContentModule.forRoot(measured),
        IdentityModule,
        ProjectsModule,
        TokensModule,
        LeaseModule,
        TrustGateModule.forRoot({ useFactory: () => signatureBytes(measured) }),
        PullEventsModule,
        QuotasModule,
        SettingsModule,
      ],
      providers: [
        ...routes,
        Router,
        FrontDoor,
        RateLimits,
        RouteLimits,
        RegistryAuthorizer,
        Actors,
        TargetProjects,
        QuotaRefusals,
        BlobDelivery,
        UploadRequests,
        BlobMounts,
        HotAnswers,
        HotBlobs,
        HotGate,
        HotPath,
        ...manifests,
        ...measures,
      ],
    };
  }
}
