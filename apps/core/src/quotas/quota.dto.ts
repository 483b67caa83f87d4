import type { QuotaDetail } from '@breakwater/quotas';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { resourceList } from '../projects/project.dto';
import { int64, pagingShape, pathId, time } from '../rest';

export class QuotaDto extends createZodDto(
  z.object({
    id: int64,
    ref: z
      .object({ id: int64, name: z.string(), owner_name: z.string() })
      .meta({ 'x-model': 'QuotaRefObject' })
      .describe('The project'),
    hard: resourceList.describe('storage: bytes, -1 for unlimited'),
    used: resourceList.describe('storage: bytes'),
    creation_time: time,
    update_time: time,
  }),
) {}

export class QuotaUpdateReqDto extends createZodDto(
  z.object({ hard: resourceList.nullish().describe('storage: bytes, -1 for unlimited') }),
) {}

export class QuotaIdParameters extends createZodDto(z.object({ id: pathId.describe('The id of the quota') })) {}

export class ListQuotasQuery extends createZodDto(
  z.object({
    ...pagingShape,
    reference: z.string().max(255).optional().describe('What it is of: project'),
    reference_id: z.string().max(255).optional().describe('The id of the project'),
    sort: z
      .string()
      .max(255)
      .optional()
      .describe('`hard.storage`, `used.storage`, `creation_time`, `update_time`; `-` in front: descending'),
  }),
) {}

export function toQuota(quota: QuotaDetail): z.input<typeof QuotaDto.schema> {
  return {
    id: quota.id,
    ref: { id: quota.projectId, name: quota.projectName, owner_name: quota.ownerName },
    hard: { storage: quota.hard },
    used: { storage: quota.used },
    creation_time: quota.creationTime,
    update_time: quota.updateTime,
  };
}
