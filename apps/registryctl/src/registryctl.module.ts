import { ConfigModule, HealthModule, loggingModule, MetricsModule, type RegistryctlConfig } from '@breakwater/platform';
import { BLOB_STORE, type BlobStore } from '@breakwater/storage';
import { Module, type DynamicModule } from '@nestjs/common';
import { BlobVerifier } from './blobs/blob-verifier';
import { BlobsController } from './blobs/blobs.controller';
import { RepositoriesController } from './repositories/repositories.controller';
import { StorageController } from './storage/storage.controller';
import { UploadsController } from './uploads/uploads.controller';

/** What touches stored bytes besides pushes and pulls; only jobs ask it. It needs neither Postgres nor Redis. */
@Module({})
export class RegistryctlModule {
  static forRoot(config: RegistryctlConfig, store: BlobStore): DynamicModule {
    return {
      module: RegistryctlModule,
      imports: [
        ConfigModule.forRoot(config),
        loggingModule('registryctl', config.LOG_LEVEL),
        MetricsModule.forRoot('registryctl', config),
        // Storage that is away is told by each answer, with what to do; the platform starts without it.
        HealthModule.forRoot({ inject: [], checks: () => [] }),
      ],
      controllers: [BlobsController, UploadsController, RepositoriesController, StorageController],
      providers: [{ provide: BLOB_STORE, useValue: store }, BlobVerifier],
    };
  }
}
