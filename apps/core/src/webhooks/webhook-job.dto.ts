import type { ExecutionRow } from '@breakwater/executions';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { int64, listShape, time } from '../rest';

export class WebhookJobDto extends createZodDto(
  z.object({
    id: int64,
    policy_id: int64,
    event_type: z.string(),
    notify_type: z.string(),
    status: z.string(),
    job_detail: z.string(),
    creation_time: time,
    update_time: time,
  }),
) {}

/** Repeated, or separated by commas. */
const statuses = z
  .union([z.string().max(255), z.array(z.string().max(32)).max(10)])
  .optional()
  .transform((given) => (typeof given === 'string' ? given.split(',').filter(Boolean) : (given ?? [])));

export class ListWebhookJobsQuery extends createZodDto(
  z.object({
    ...listShape,
    policy_id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional().describe('Required'),
    status: statuses.meta({ type: 'array', items: { type: 'string' } }),
  }),
) {}

/** An execution as the older list shows it. */
export function toWebhookJob(execution: ExecutionRow): z.input<typeof WebhookJobDto.schema> {
  const { event_type: eventType, notify_type: notifyType, payload } = execution.extraAttrs;
  return {
    id: execution.id,
    policy_id: execution.vendorId,
    event_type: String(eventType ?? ''),
    notify_type: String(notifyType ?? ''),
    status: execution.status,
    job_detail: String(payload ?? ''),
    creation_time: execution.startTime,
    update_time: execution.updateTime,
  };
}
