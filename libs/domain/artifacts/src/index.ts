export { Repository } from './repository/repository.entity';
export { ManifestContent } from './artifact/manifest.entity';
export { Artifact } from './artifact/artifact.entity';
export { ArtifactReference } from './artifact/artifact-reference.entity';
export { Blob, type BlobStatus } from './blobs/blob.entity';
export { BlobRemoval } from './blobs/blob-removal.entity';
export { ArtifactBlob } from './artifact/artifact-blob.entity';
export { RepositoryBlob } from './blobs/repository-blob.entity';
export { ProjectBlob } from './blobs/project-blob.entity';
export { Tag } from './tags/tag.entity';
export { TagHistory } from './tag-history/tag-history.entity';
export { Accessory } from './artifact/accessory.entity';
export { UploadSession } from './uploads/upload-session.entity';
export { PullBatch } from './pulls/pull-batch.entity';
export { DeletedArtifact } from './deletion/deleted-artifact.entity';
export { Label } from './labels/label.entity';
export { LabelReference } from './labels/label-reference.entity';
export { ArtifactAddition } from './additions/artifact-addition.entity';
export { Icon } from './icons/icon.entity';
export { DeletedArtifactBlob } from './deletion/deleted-artifact-blob.entity';
export { ArtifactsModule } from './artifacts.module';
export { unconfirmed, type Confirmation } from './deletion/deletion-confirmation';
export { ArtifactDeletionService } from './deletion/artifact-deletion.service';
export { ArtifactPurgeService, type Purged } from './deletion/artifact-purge.service';
export { ArtifactRestoreService, type RestoredArtifact } from './deletion/artifact-restore.service';
export { manifestOfDeletedArtifact, neededByDeletedArtifact } from './deletion/deleted-artifact-references';
export { isAttestation } from './artifact/attestations';
export { DeletedArtifactListRepository, type DeletedArtifactDetail } from './deleted-artifact-list.repository';
export { ArtifactInventory, type InventoriedArtifact } from './deletion/artifact-inventory.repository';
export { ArtifactPruning, type Doomed, type Pruned } from './deletion/artifact-pruning.service';
export { BlobsService } from './blobs/blobs.service';
export { removalTimeout, storageKeyOf, type BlobRow, type RepositoryBlobRow } from './blobs/blobs.repository';
export { ContentModule } from './content.module';
export {
  digestOfPush,
  ManifestPushService,
  tagsOfPush,
  type ManifestPush,
  type PushedManifest,
} from './manifests/manifest-push.service';
export { ManifestsService } from './manifests/manifests.service';
export type { StoredManifest } from './artifact/artifacts.repository';
export { ProjectChanges } from './usage/project-changes';
export { PullFolder } from './pulls/pull-folder';
export { PullRecorder } from './pulls/pull-recorder';
export { ReferrersService, type ReferrersPage } from './manifests/referrers.service';
export { RepositoriesRepository, type RepositoryRow } from './repository/repositories.repository';
export { TagsMovedError, TagsService, type ExpectedTags, type TagCondition } from './tags/tags.service';
export type { UploadBody } from './uploads/upload-body';
export { UploadRangeError } from './uploads/upload-writer';
export { UploadRoom } from './uploads/upload-room';
export { UploadSessionsRepository } from './uploads/upload-sessions.repository';
export { UploadsService, type UploadTarget } from './uploads/uploads.service';
export type { AccessoryDetail, ArtifactDetail, ArtifactParts, ReferenceDetail, TagDetail } from './artifact-detail';
export { AdoptionModule } from './adoption/adoption.module';
export { AdoptionService, type AdoptedArtifact, type AdoptedTag } from './adoption/adoption.service';
export type { AdoptionTarget } from './adoption/adoption-transactions';
export { readExtraAttributes } from './attributes/extra-attributes';
export { ArtifactListService } from './artifact-list.service';
export { ArtifactListsModule } from './artifact-lists.module';
export { ProjectDeletionService } from './project-removal/project-deletion.service';
export { ProjectRemovalModule } from './project-removal/project-removal.module';
export { ProjectRemovalService } from './project-removal/project-removal.service';
export { QuotaReconciliation, type Reconciled } from './quota-reconciliation/quota-reconciliation.service';
export { QuotaReconciliationModule } from './quota-reconciliation/quota-reconciliation.module';
export {
  ProjectFiguresRepository,
  type ArtifactFigures,
  type ProjectFigures,
} from './statistics/project-figures.repository';
export type { RepositoryDetail } from './repository-list.repository';
export { RepositoryListService } from './repository-list.service';
export { StatisticsRepository, type Statistics } from './statistics/statistics.repository';
export { LabelsModule } from './labels/labels.module';
export type { LabelRow } from './labels/labels.repository';
export { LabelsService } from './labels/labels.service';
export { CopyModule } from './copy/copy.module';
export { ArtifactCopyService, type ArtifactCopy } from './copy/artifact-copy.service';
export { additionsOf } from './additions/addition-catalogue';
export { AdditionsRepository } from './additions/additions.repository';
export { AdditionsService, type Addition } from './additions/additions.service';
export { BLOB_READER, type BlobReader } from './additions/blob-reader';
export { iconOfType, type IconContent } from './icons/built-in-icons';
export { IconsRepository } from './icons/icons.repository';
export { IconsService } from './icons/icons.service';
export { ArtifactAnnotation } from './search/artifact-annotation.entity';
export { ArtifactSearchService } from './search/artifact-search.service';
export type { FoundArtifact } from './search/artifact-search.repository';
export type { SearchFor } from './search/search-criterion';
export { RepositorySearchRepository, type FoundRepository } from './search/repository-search.repository';
export { ProjectContent } from './bytes/project-content.entity';
export { RepositoryContent } from './bytes/repository-content.entity';
export {
  ContentBytesRepository,
  type ContentBytes,
  type ProjectBytes,
  type RepositoryBytes,
} from './bytes/content-bytes.repository';
export { ArtifactViewsModule } from './artifact-views.module';
export { TagHistoryService, type RestoredTag, type TagToRestore } from './tag-history/tag-history.service';
export type { DigestState, TagMoveDetail, TagMoveFacts } from './tag-history/tag-history.repository';
export { type TagFacts } from './tag-list/repository-tags.repository';
export { RepositoryTagsService, type ListedTag } from './tag-list/repository-tags.service';
