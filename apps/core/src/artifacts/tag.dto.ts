import { iconOfType, type AccessoryDetail, type TagDetail } from '@breakwater/artifacts';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { int64, listShape, neverTime, queryBoolean, time } from '../rest';

export class TagDto extends createZodDto(
  z.object({
    id: int64,
    repository_id: int64,
    artifact_id: int64,
    name: z.string(),
    push_time: time,
    pull_time: time,
    immutable: z.boolean(),
  }),
) {}

export class NewTagDto extends createZodDto(z.object({ name: z.string().min(1).max(128) }).loose()) {}

export class AccessoryDto extends createZodDto(
  z.object({
    id: int64,
    artifact_id: int64,
    subject_artifact_id: int64.optional(),
    subject_artifact_digest: z.string(),
    subject_artifact_repo: z.string(),
    size: int64,
    digest: z.string(),
    type: z.string(),
    icon: z.string(),
    creation_time: time,
  }),
) {}

export class TagPath extends createZodDto(
  z.object({ reference: z.string().describe('A digest, or a tag'), tag_name: z.string().max(128).describe('The tag') }),
) {}

export class ListTagsQuery extends createZodDto(
  z.object({ ...listShape, with_immutable_status: queryBoolean.default(false) }),
) {}

export function toTag(tag: TagDetail): z.input<typeof TagDto.schema> {
  return {
    id: tag.id,
    repository_id: tag.repositoryId,
    artifact_id: tag.artifactId,
    name: tag.name,
    push_time: tag.pushTime,
    pull_time: tag.pullTime ?? neverTime,
    immutable: tag.immutable ?? false,
  };
}

export function toAccessory(accessory: AccessoryDetail): z.input<typeof AccessoryDto.schema> {
  return {
    id: accessory.id,
    artifact_id: accessory.artifactId,
    ...(accessory.subjectArtifactId !== null && { subject_artifact_id: accessory.subjectArtifactId }),
    subject_artifact_digest: accessory.subjectDigest,
    subject_artifact_repo: accessory.subjectRepository,
    size: accessory.size,
    digest: accessory.digest,
    type: accessory.type,
    icon: iconOfType(accessory.type),
    creation_time: accessory.creationTime,
  };
}
