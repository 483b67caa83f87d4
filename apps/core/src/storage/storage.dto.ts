import type { ContentBytes, ProjectBytes, RepositoryBytes } from '@breakwater/artifacts';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { int64, listShape } from '../rest';

const bytesShape = {
  bytes: int64.describe('Of the distinct blobs and manifests that it needs'),
  unique_bytes: int64.describe('Of these, what nothing else of the project needs'),
  shared_bytes: int64.describe('The others'),
};

export class ContentStorageDto extends createZodDto(z.object(bytesShape)) {}

export class ProjectStorageDto extends createZodDto(
  z.object({
    ...bytesShape,
    unique_bytes: int64.describe('Of these, what only one of its repositories needs'),
    deleted_bytes: int64.describe('Only needed to restore what was deleted; the quota counts it besides'),
  }),
) {}

export class RepositoryStorageDto extends createZodDto(
  z.object({
    repository_id: int64,
    repository_name: z.string().describe('With the project'),
    artifact_count: int64,
    tag_count: int64,
    ...bytesShape,
  }),
) {}

export class ListRepositoryStorageQuery extends createZodDto(z.object(listShape)) {}

export function toStorage({ bytes, uniqueBytes }: ContentBytes): z.input<typeof ContentStorageDto.schema> {
  return { bytes, unique_bytes: uniqueBytes, shared_bytes: bytes - uniqueBytes };
}

export function toProjectStorage(found: ProjectBytes): z.input<typeof ProjectStorageDto.schema> {
  return { ...toStorage(found), deleted_bytes: found.deletedBytes };
}

export function toRepositoryStorage(found: RepositoryBytes): z.input<typeof RepositoryStorageDto.schema> {
  return {
    repository_id: found.repositoryId,
    repository_name: found.repositoryName,
    artifact_count: found.artifactCount,
    tag_count: found.tagCount,
    ...toStorage(found),
  };
}
