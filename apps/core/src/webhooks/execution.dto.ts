import type { ExecutionRow, TaskRow } from '@breakwater/executions';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { int64, listShape, pathId, time } from '../rest';

const extraAttrs = z.record(z.string(), z.unknown()).meta({ 'x-model': 'ExtraAttrs' });

const metrics = z
  .object({
    task_count: z.int(),
    success_task_count: z.int(),
    error_task_count: z.int(),
    pending_task_count: z.int(),
    running_task_count: z.int(),
    scheduled_task_count: z.int(),
    stopped_task_count: z.int(),
  })
  .meta({ 'x-model': 'Metrics' });

export class ExecutionDto extends createZodDto(
  z.object({
    id: int64,
    vendor_type: z.string(),
    vendor_id: int64,
    status: z.string(),
    status_message: z.string(),
    metrics,
    trigger: z.string(),
    extra_attrs: extraAttrs,
    start_time: time,
    end_time: time.optional(),
  }),
) {}

export class TaskDto extends createZodDto(
  z.object({
    id: int64,
    execution_id: int64,
    status: z.string(),
    status_message: z.string(),
    run_count: z.int(),
    extra_attrs: extraAttrs,
    creation_time: time,
    update_time: time,
    start_time: time.optional(),
    end_time: time.optional(),
  }),
) {}

export class ExecutionPath extends createZodDto(z.object({ webhook_policy_id: pathId, execution_id: pathId })) {}

export class TaskPath extends createZodDto(
  z.object({ webhook_policy_id: pathId, execution_id: pathId, task_id: pathId }),
) {}

export class ListExecutionsQuery extends createZodDto(z.object(listShape)) {}

export function toExecution(execution: ExecutionRow): z.input<typeof ExecutionDto.schema> {
  const { tasks } = execution;
  const count = (status: keyof typeof tasks): number => tasks[status] ?? 0;
  return {
    id: execution.id,
    vendor_type: execution.vendorType,
    vendor_id: execution.vendorId,
    status: execution.status,
    status_message: execution.statusMessage,
    metrics: {
      task_count: Object.values(tasks).reduce((sum, number) => sum + number, 0),
      success_task_count: count('Success'),
      error_task_count: count('Error'),
      pending_task_count: count('Pending'),
      running_task_count: count('Running'),
      scheduled_task_count: count('Scheduled'),
      stopped_task_count: count('Stopped'),
    },
    trigger: execution.trigger,
    extra_attrs: toExtraAttrs(execution.extraAttrs),
    start_time: execution.startTime,
    ...(execution.endTime && { end_time: execution.endTime }),
  };
}

export function toTask(task: TaskRow): z.input<typeof TaskDto.schema> {
  return {
    id: task.id,
    execution_id: task.executionId,
    status: task.status,
    status_message: task.statusMessage,
    run_count: task.run,
    extra_attrs: toExtraAttrs(task.extraAttrs),
    creation_time: task.creationTime,
    update_time: task.updateTime,
    ...(task.startTime && { start_time: task.startTime }),
    ...(task.endTime && { end_time: task.endTime }),
  };
}

/**
 * The contract has objects for values, while Harbor sends `event_type` and `payload` as texts. We keep to the contract:
 * clients made from it are typed so, and the older list of jobs shows both as texts.
 */
function toExtraAttrs(delivery: Record<string, unknown>): z.input<typeof extraAttrs> {
  return Object.keys(delivery).length > 0 ? { delivery } : {};
}
