import type { AuditDetail } from '@breakwater/audit';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { int64, listShape, time } from '../rest';

const shared = {
  id: int64,
  username: z.string(),
  resource: z.string().describe('`library/app:v1`, `library/app@sha256:…`, or a name'),
  resource_type: z.string(),
  operation: z.string(),
  op_time: time,
};

export class AuditLogDto extends createZodDto(z.object(shared)) {}

export class AuditLogExtDto extends createZodDto(
  z.object({
    ...shared,
    operation_description: z.string(),
    operation_result: z.boolean().describe('false: it was tried, and failed'),
  }),
) {}

export class AuditLogEventTypeDto extends createZodDto(
  z.object({ event_type: z.string().describe('As purges and the setting disabled_audit_log_event_types name it') }),
) {}

export class ListAuditLogsQuery extends createZodDto(z.object(listShape)) {}

export function toAuditLog(entry: AuditDetail): z.input<typeof AuditLogDto.schema> {
  return {
    id: entry.id,
    username: entry.username,
    resource: entry.resource,
    resource_type: entry.resourceType,
    operation: entry.operation,
    op_time: entry.time,
  };
}

export function toAuditLogExt(entry: AuditDetail): z.input<typeof AuditLogExtDto.schema> {
  return { ...toAuditLog(entry), operation_description: entry.description, operation_result: entry.succeeded };
}
