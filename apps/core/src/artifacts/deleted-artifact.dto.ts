import type { DeletedArtifactDetail, Purged, RestoredArtifact } from '@breakwater/artifacts';
import { isDigest } from '@breakwater/kernel';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { int64, listShape, neverTime, time } from '../rest';

export class DeletedArtifactDto extends createZodDto(
  z.object({
    id: int64.describe('The artifact has it again when it is restored'),
    project_id: int64,
    repository_name: z.string().describe('With the project; it need not be there any more'),
    digest: z.string(),
    type: z.string(),
    media_type: z.string(),
    manifest_media_type: z.string(),
    artifact_type: z.string(),
    size: int64,
    tags: z.array(z.string()).describe('Tags that it had'),
    push_time: time,
    pull_time: time,
    delete_time: time,
    purge_time: time.describe('From then on it is removed for good'),
    deleted_by: z.string(),
  }),
) {}

export class RestoredArtifactDto extends createZodDto(
  z.object({
    id: int64,
    digest: z.string(),
    tags: z.array(z.string()).describe('Tags that it has again'),
    taken_tags: z.array(z.string()).describe('Tags that name something else by now, and stay there'),
  }),
) {}

export class PurgedArtifactsDto extends createZodDto(
  z.object({
    artifacts: int64.describe('How many were removed'),
    freed_bytes: int64.describe("What the project's quota counts no more"),
  }),
) {}

export class DeletedArtifactPath extends createZodDto(
  z.object({ digest: z.string().max(160).refine(isDigest, 'a digest').describe('The digest of the deleted artifact') }),
) {}

export class ListDeletedArtifactsQuery extends createZodDto(z.object(listShape)) {}

export function toDeletedArtifact(artifact: DeletedArtifactDetail): z.input<typeof DeletedArtifactDto.schema> {
  return {
    id: artifact.id,
    project_id: artifact.projectId,
    repository_name: artifact.repositoryName,
    digest: artifact.digest,
    type: artifact.type,
    media_type: artifact.mediaType,
    manifest_media_type: artifact.manifestMediaType,
    artifact_type: artifact.artifactType,
    size: artifact.size,
    tags: artifact.tags,
    push_time: artifact.pushTime,
    pull_time: artifact.pullTime ?? neverTime,
    delete_time: artifact.deleteTime,
    purge_time: artifact.purgeTime,
    deleted_by: artifact.actor,
  };
}

export function toRestored({
  id,
  digest,
  tags,
  takenTags,
}: RestoredArtifact): z.input<typeof RestoredArtifactDto.schema> {
  return { id, digest, tags, taken_tags: takenTags };
}

export function toPurged({ artifacts, freedBytes }: Purged): z.input<typeof PurgedArtifactsDto.schema> {
  return { artifacts, freed_bytes: freedBytes };
}
