import type { ExecutionRow } from '@breakwater/executions';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { int64, listShape, pathId, time } from '../rest';

export class NewStorageImportDto extends createZodDto(
  z
    .object({
      project: z
        .string()
        .max(255)
        .default('library')
        .describe('Where repositories go whose name has no project in front; it is made if need be'),
    })
    .meta({ 'x-model': 'NewStorageImport' }),
) {}

export class StorageImportDto extends createZodDto(
  z
    .object({
      id: int64,
      project: z.string(),
      status: z.string().describe('Pending, Running, Stopped, Error or Success'),
      status_message: z.string(),
      result: z
        .record(z.string(), z.unknown())
        .describe(
          'What was made: projects, repositories, artifacts, tags; unreferenced_blobs and unreferenced_bytes, which garbage collection frees; problems of the tree, by kind. Empty until the end; how it gets on is told by the task',
        ),
      start_time: time,
      update_time: time,
      end_time: time.nullable(),
    })
    .meta({ 'x-model': 'StorageImport' }),
) {}

export class StorageImportPath extends createZodDto(z.object({ import_id: pathId })) {}

export class ListStorageImportsQuery extends createZodDto(z.object(listShape)) {}

export function toStorageImport(execution: ExecutionRow): z.input<typeof StorageImportDto.schema> {
  const { project, ...result } = execution.extraAttrs;
  return {
    id: execution.id,
    project: String(project),
    status: execution.status,
    status_message: execution.statusMessage,
    result,
    start_time: execution.startTime,
    update_time: execution.updateTime,
    end_time: execution.endTime,
  };
}
