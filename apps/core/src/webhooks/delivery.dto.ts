import type { DeliveryRow } from '@breakwater/webhooks';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { int64, pagingShape, time } from '../rest';

const headers = z.record(z.string(), z.string());

export class WebhookDeliveryDto extends createZodDto(
  z.object({
    id: int64,
    execution_id: int64,
    task_id: int64,
    event_id: z.string(),
    event_type: z.string(),
    attempt: z.int().describe('From 1'),
    succeeded: z.boolean(),
    error: z.string(),
    duration_ms: z.int(),
    creation_time: time,
    request: z.object({ address: z.string(), headers, body: z.string() }),
    response: z.object({ status: z.int(), headers, body: z.string().describe('Its first 16 KiB') }).optional(),
  }),
) {}

export class ListDeliveriesQuery extends createZodDto(z.object(pagingShape)) {}

export function toDelivery(row: DeliveryRow): z.input<typeof WebhookDeliveryDto.schema> {
  return {
    id: row.id,
    execution_id: row.executionId,
    task_id: row.taskId,
    event_id: row.eventId,
    event_type: row.eventType,
    attempt: row.attempt,
    succeeded: row.error === '',
    error: row.error,
    duration_ms: row.durationMs,
    creation_time: row.creationTime,
    request: { address: row.address, headers: row.requestHeaders, body: row.requestBody },
    ...(row.responseStatus !== null && {
      response: { status: row.responseStatus, headers: row.responseHeaders, body: row.responseBody },
    }),
  };
}
