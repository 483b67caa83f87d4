import { ChangesModule } from '@breakwater/coherence';
import { EventsModule } from '@breakwater/events';
import { ImmutabilityModule } from '@breakwater/immutability';
import { Project } from '@breakwater/projects';
import { QuotasModule } from '@breakwater/quotas';
import { SettingsModule } from '@breakwater/settings';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Accessory } from './accessory.entity';
import { ArtifactAddition } from './additions/artifact-addition.entity';
import { ArtifactBlob } from './artifact-blob.entity';
import { ArtifactDeletionService } from './artifact-deletion.service';
import { ArtifactPurgeService } from './artifact-purge.service';
import { ArtifactInventory } from './artifact-inventory.repository';
import { ArtifactPruning } from './artifact-pruning.service';
import { ArtifactReference } from './artifact-reference.entity';
import { ArtifactRemoval } from './artifact-removal';
import { ArtifactRestoreService } from './artifact-restore.service';
import { Artifact } from './artifact.entity';
import { ArtifactsRepository } from './artifacts.repository';
import { BlobRemoval } from './blob-removal.entity';
import { Blob } from './blob.entity';
import { DeletedArtifactBlob } from './deleted-artifact-blob.entity';
import { DeletedArtifact } from './deleted-artifact.entity';
import { DeletedArtifactsRepository } from './deleted-artifacts.repository';
import { Icon } from './icons/icon.entity';
import { LabelReference } from './labels/label-reference.entity';
import { Label } from './labels/label.entity';
import { ManifestContent } from './manifest.entity';
import { ManifestsService } from './manifests.service';
import { ProjectBlob } from './project-blob.entity';
import { ProjectChanges } from './project-changes';
import { ProjectUsageRepository } from './project-usage.repository';
import { PullBatch } from './pull-batch.entity';
import { ReferrersRepository } from './referrers.repository';
import { ReferrersService } from './referrers.service';
import { RepositoriesRepository } from './repositories.repository';
import { RepositoryBlob } from './repository-blob.entity';
import { Repository } from './repository.entity';
import { TagHistory } from './tag-history.entity';
import { Tag } from './tag.entity';
import { TagGuard } from './tag-guard';
import { TagsRepository } from './tags.repository';
import { TagsService } from './tags.service';
import { UploadSession } from './upload-session.entity';
import { UploadSessionsRepository } from './upload-sessions.repository';

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
  ],
  providers: services,
  // What decides whether pulls are counted, for who folds them.
  exports: [...services, SettingsModule],
})
export class ArtifactsModule {}
