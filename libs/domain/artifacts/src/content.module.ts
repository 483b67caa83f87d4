import { EventsModule } from '@breakwater/events';
import { QuotasModule } from '@breakwater/quotas';
import { SettingsModule } from '@breakwater/settings';
import { BLOB_STORE, type BlobStore } from '@breakwater/storage';
import { Module, type DynamicModule } from '@nestjs/common';
import { AccessoriesRepository } from './artifact/accessories.repository';
import { ArtifactRecorder } from './manifests/artifact-recorder';
import { ArtifactsModule } from './artifacts.module';
import { PushedAttributes } from './attributes/pushed-attributes';
import { BlobKeeper } from './blobs/blob-keeper';
import { BlobsRepository } from './blobs/blobs.repository';
import { BlobsService } from './blobs/blobs.service';
import { ManifestPushService } from './manifests/manifest-push.service';
import { PullRecorder } from './pulls/pull-recorder';
import { UploadIds } from './uploads/upload-ids';
import { UploadRoom } from './uploads/upload-room';
import { UploadsService } from './uploads/uploads.service';

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
