import { ContentModule } from '@breakwater/artifacts';
import { LeaseModule } from '@breakwater/coherence';
import { IdentityModule } from '@breakwater/identity';
import {
  ConfigModule,
  Database,
  DatabaseModule,
  FrontDoor,
  HealthModule,
  InternalGuard,
  loggingModule,
  RedisModule,
  type RegistryConfig,
} from '@breakwater/platform';
import { ProjectsModule } from '@breakwater/projects';
import type { BlobStore } from '@breakwater/storage';
import { TokensModule } from '@breakwater/tokens';
import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Actors } from './auth/actors';
import { RegistryAuthGuard } from './auth/registry-auth.guard';
import { RegistryAuthorizer } from './auth/registry-authorizer';
import { BaseController } from './base/base.controller';
import { BlobDelivery } from './blobs/blob-delivery';
import { BlobsController } from './blobs/blobs.controller';
import { HotAnswers } from './hot/hot-answers';
import { HotBlobs } from './hot/hot-blobs';
import { HotPath } from './hot/hot-path';
import { TargetProjects } from './http/target-projects';
import { InternalController } from './internal/internal.controller';
import { PrecheckController } from './internal/precheck.controller';
import { ManifestRequests } from './manifests/manifest-requests';
import { ManifestPushController, ManifestsController } from './manifests/manifests.controller';
import { ReferrersController } from './referrers/referrers.controller';
import { TagsController } from './tags/tags.controller';
import { BlobMounts } from './uploads/blob-mounts';
import { UploadRequests } from './uploads/upload-requests';
import { UploadsController } from './uploads/uploads.controller';

@Module({})
export class RegistryModule {
  static forRoot(config: RegistryConfig, store: BlobStore): DynamicModule {
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
        ContentModule.forRoot(store),
        IdentityModule,
        ProjectsModule,
        TokensModule,
        LeaseModule,
      ],
      controllers: [
        BaseController,
        UploadsController,
        BlobsController,
        ManifestsController,
        ManifestPushController,
        TagsController,
        ReferrersController,
        InternalController,
        PrecheckController,
      ],
      providers: [
        { provide: APP_GUARD, useClass: RegistryAuthGuard },
        FrontDoor,
        InternalGuard,
        RegistryAuthorizer,
        Actors,
        TargetProjects,
        BlobDelivery,
        ManifestRequests,
        UploadRequests,
        BlobMounts,
        HotAnswers,
        HotBlobs,
        HotPath,
      ],
    };
  }
}
