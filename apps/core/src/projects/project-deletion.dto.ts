import type { ExecutionRow } from '@breakwater/executions';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { int64, pathId, time } from '../rest';

export class NewProjectDeletionDto extends createZodDto(
  z
    .object({
      delete_immutable: z.boolean().default(false).describe('Immutable tags go as well; without it, they are refused'),
    })
    .meta({ 'x-model': 'NewProjectDeletion' }),
) {}

export class ProjectDeletionPath extends createZodDto(
  z.object({ deletion_id: pathId.describe('The id of the deletion') }),
) {}

export class ProjectDeletionDto extends createZodDto(
  z
    .object({
      id: int64,
      project_id: int64,
      project: z.string(),
      status: z.string().describe('Running, Stopped, Error or Success'),
      status_message: z.string(),
      result: z.record(z.string(), z.unknown()).describe('What was removed; empty until the end'),
      start_time: time,
      update_time: time,
      end_time: time.nullable(),
    })
    .meta({ 'x-model': 'ProjectDeletion' }),
) {}

export function toProjectDeletion(execution: ExecutionRow): z.input<typeof ProjectDeletionDto.schema> {
  const removed = Object.entries(execution.extraAttrs).filter(([name]) => name.startsWith('removed_'));
  return {
    id: execution.id,
    project_id: execution.vendorId,
    project: String(execution.extraAttrs.project),
    status: execution.status,
    status_message: execution.statusMessage,
    result: Object.fromEntries(removed),
    start_time: execution.startTime,
    update_time: execution.updateTime,
    end_time: execution.endTime,
  };
}
