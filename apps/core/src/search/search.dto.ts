import type { FoundArtifact, FoundRepository } from '@breakwater/artifacts';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { ProjectDto } from '../projects/project.dto';
import { int64, neverTime, pagingShape, time } from '../rest';

/** Postgres has no NUL in text. */
const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => !value.includes('\0'), 'text without NUL');

export class SearchQuery extends createZodDto(
  z.object({ q: text(255).default('').describe('Part of the name of a project or a repository') }),
) {}

const foundRepository = z
  .object({
    project_id: int64,
    project_name: z.string(),
    project_public: z.boolean(),
    repository_name: z.string().describe('With the project'),
    pull_count: int64,
    artifact_count: int64,
  })
  .meta({ 'x-model': 'SearchRepository' });

export class SearchDto extends createZodDto(
  z.object({
    project: z.array(ProjectDto.schema.meta({ 'x-model': 'Project' })),
    repository: z.array(foundRepository),
  }),
) {}

export class SearchArtifactsQuery extends createZodDto(
  z.object({
    digest: text(160).optional().describe('A digest, or six or more of its first hexadecimal digits'),
    tag: text(129).optional().describe('A tag, or the beginning of one and `*`'),
    label: text(129)
      .optional()
      .describe('The name of a label, of every project or of one, or the beginning of one and `*`'),
    annotation: text(4_096).optional().describe('`key=value` of an annotation of the manifest'),
    page_size: pagingShape.page_size,
    cursor: text(512).optional().describe('From the Link of the rows before'),
  }),
) {}

export class FoundArtifactDto extends createZodDto(
  z.object({
    id: int64,
    project_id: int64,
    repository_id: int64,
    repository_name: z.string().describe('With the project'),
    digest: z.string(),
    type: z.string(),
    media_type: z.string(),
    manifest_media_type: z.string(),
    artifact_type: z.string(),
    size: int64,
    push_time: time,
    pull_time: time,
    tags: z.array(z.string()).describe('The ones pushed last, at most twenty'),
  }),
) {}

export function toFoundRepository(found: FoundRepository): z.input<typeof foundRepository> {
  return {
    project_id: found.projectId,
    project_name: found.projectName,
    project_public: found.projectPublic,
    repository_name: found.repositoryName,
    pull_count: found.pullCount,
    artifact_count: found.artifactCount,
  };
}

export function toFoundArtifact(found: FoundArtifact): z.input<typeof FoundArtifactDto.schema> {
  return {
    id: found.id,
    project_id: found.projectId,
    repository_id: found.repositoryId,
    repository_name: found.repositoryName,
    digest: found.digest,
    type: found.type,
    media_type: found.mediaType,
    manifest_media_type: found.manifestMediaType,
    artifact_type: found.artifactType,
    size: found.size,
    push_time: found.pushTime,
    pull_time: found.pullTime ?? neverTime,
    tags: found.tags,
  };
}
