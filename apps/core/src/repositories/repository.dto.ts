import type { RepositoryDetail } from '@breakwater/artifacts';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { int64, listShape, time } from '../rest';

export class RepositoryDto extends createZodDto(
  z.object({
    id: int64,
    project_id: int64,
    name: z.string().describe('With the project'),
    description: z.string(),
    artifact_count: int64,
    pull_count: int64,
    creation_time: time,
    update_time: time,
  }),
) {}

/** Only the description can be changed; clients send the object as they got it. */
export class RepositoryReqDto extends createZodDto(
  z.object({
    id: int64.optional(),
    project_id: int64.optional(),
    name: z.string().optional(),
    description: z.string().max(10_000).optional(),
    artifact_count: int64.optional(),
    pull_count: int64.optional(),
    creation_time: z.string().nullish(),
    update_time: z.string().nullish(),
  }),
) {}

export class ListQuery extends createZodDto(z.object(listShape)) {}

export function toRepository(repository: RepositoryDetail): z.input<typeof RepositoryDto.schema> {
  return {
    id: repository.id,
    project_id: repository.projectId,
    name: repository.name,
    description: repository.description,
    artifact_count: repository.artifactCount,
    pull_count: repository.pullCount,
    creation_time: repository.creationTime,
    update_time: repository.updateTime,
  };
}
