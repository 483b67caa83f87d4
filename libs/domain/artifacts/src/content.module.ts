import { EventsModule } from '@breakwater/events';
import { QuotasModule } from '@breakwater/quotas';
import { SettingsModule } from '@breakwater/settings';
import { BLOB_STORE, type BlobStore } from '@breakwater/storage';
import { Module, type DynamicModule } from '@nestjs/common';
import { AccessoriesRepository } from './accessories.repository';
import { ArtifactRecorder } from './artifact-recorder';
import { ArtifactsModule } from './artifacts.module';
import { PushedAttributes } from './attributes/pushed-attributes';
import { BlobKeeper } from './blob-keeper';
import { BlobsRepository } from './blobs.repository';
import { BlobsService } from './blobs.service';
import { ManifestPushService } from './manifest-push.service';
import { PullRecorder } from './pull-recorder';
import { UploadIds } from './upload-ids';
import { UploadRoom } from './upload-room';
import { UploadsService } from './uploads.service';

/** Blobs, uploads and manifest pushes: only for the process that owns the bytes (decision 16). */
@Module({})
export class ContentModule {
  static forRoot(store: BlobStore): DynamicModule {
    return {
      module: ContentModule,
      imports: [ArtifactsModule, QuotasModule, EventsModule, SettingsModule],
      providers: [
        { provide: BLOB_STORE, useValue: store },
        BlobsRepository,
        AccessoriesRepository,
        ArtifactRecorder,
        PushedAttributes,
        BlobsService,
        BlobKeeper,
        UploadIds,
        UploadRoom,
        UploadsService,
        ManifestPushService,
        PullRecorder,
      ],
      exports: [
        BLOB_STORE,
        BlobsService,
        UploadsService,
        UploadRoom,
        ManifestPushService,
        PullRecorder,
        ArtifactsModule,
      ],
    };
  }
}
