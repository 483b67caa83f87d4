import { ChangesModule } from '@breakwater/coherence';
import { EventsModule } from '@breakwater/events';
import { ImmutabilityModule } from '@breakwater/immutability';
import { Project } from '@breakwater/projects';
import { QuotasModule } from '@breakwater/quotas';
import { SettingsModule } from '@breakwater/settings';
import { SignedTagsModule } from '@breakwater/signed-tags';
import { TrustRecordsModule } from '@breakwater/trust';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Accessory } from './artifact/accessory.entity';
import { ArtifactAddition } from './additions/artifact-addition.entity';
import { ArtifactBlob } from './artifact/artifact-blob.entity';
import { ArtifactDeletionService } from './deletion/artifact-deletion.service';
import { ArtifactPurgeService } from './deletion/artifact-purge.service';
import { ArtifactInventory } from './deletion/artifact-inventory.repository';
import { ArtifactPruning } from './deletion/artifact-pruning.service';
import { ArtifactReference } from './artifact/artifact-reference.entity';
import { ArtifactRemoval } from './deletion/artifact-removal';
import { RepositoryRemoval } from './deletion/repository-removal';
import { ArtifactRestoreService } from './deletion/artifact-restore.service';
import { Artifact } from './artifact/artifact.entity';
import { ArtifactsRepository } from './artifact/artifacts.repository';
import { BlobRemoval } from './blobs/blob-removal.entity';
import { Blob } from './blobs/blob.entity';
import { DeletedArtifactBlob } from './deletion/deleted-artifact-blob.entity';
import { DeletedArtifact } from './deletion/deleted-artifact.entity';
import { DeletedArtifactsRepository } from './deletion/deleted-artifacts.repository';
import { Icon } from './icons/icon.entity';
import { LabelReference } from './labels/label-reference.entity';
import { Label } from './labels/label.entity';
import { ManifestContent } from './artifact/manifest.entity';
import { ManifestsService } from './manifests/manifests.service';
import { ProjectBlob } from './blobs/project-blob.entity';
import { ProjectChanges } from './usage/project-changes';
import { ProjectUsageRepository } from './usage/project-usage.repository';
import { PullBatch } from './pulls/pull-batch.entity';
import { ReferrersRepository } from './manifests/referrers.repository';
import { ReferrersService } from './manifests/referrers.service';
import { RepositoriesRepository } from './repository/repositories.repository';
import { RepositoryBlob } from './blobs/repository-blob.entity';
import { Repository } from './repository/repository.entity';
import { TagHistory } from './tag-history/tag-history.entity';
import { Tag } from './tags/tag.entity';
import { TagGuard } from './tags/tag-guard';
import { TagsRepository } from './tags/tags.repository';
import { TagsService } from './tags/tags.service';
import { UploadSession } from './uploads/upload-session.entity';
import { UploadSessionsRepository } from './uploads/upload-sessions.repository';

const entities = [
  Repository,
  ManifestContent,
  Artifact,
  ArtifactReference,
  Blob,
  BlobRemoval,
  ArtifactBlob,
  RepositoryBlob,
  ProjectBlob,
  Tag,
  TagHistory,
  Accessory,
  UploadSession,
  PullBatch,
  DeletedArtifact,
  DeletedArtifactBlob,
  Label,
  LabelReference,
  ArtifactAddition,
  Icon,
  // Only for the relation: the table is the projects library's.
  Project,
];

const services = [
  ManifestsService,
  ProjectChanges,
  TagsService,
  TagGuard,
  ArtifactRemoval,
  RepositoryRemoval,
  ArtifactDeletionService,
  ArtifactRestoreService,
  ArtifactPurgeService,
  ArtifactInventory,
  ArtifactPruning,
  ReferrersService,
  RepositoriesRepository,
  ArtifactsRepository,
  TagsRepository,
  ProjectUsageRepository,
  DeletedArtifactsRepository,
  ReferrersRepository,
  UploadSessionsRepository,
];

/** Repositories, artifacts and tags as rows: all that a process without a blob store needs. */
@Module({
  imports: [
    TypeOrmModule.forFeature(entities),
    QuotasModule,
    EventsModule,
    ChangesModule,
    ImmutabilityModule,
    SettingsModule,
    SignedTagsModule,
    TrustRecordsModule,
  ],
  providers: services,
  // What decides whether pulls are counted, for who folds them.
  exports: [...services, SettingsModule],
})
export class ArtifactsModule {}
