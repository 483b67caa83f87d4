import type { Schedule } from '@breakwater/executions';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { int64, pagingShape, time } from '../rest';

export class ScheduleTaskDto extends createZodDto(
  z.object({
    id: int64,
    vendor_type: z.string(),
    vendor_id: int64.describe('Of the policy; -1 where there is only one of the kind'),
    cron: z.string(),
    update_time: time,
  }),
) {}

export class SchedulerStatusDto extends createZodDto(z.object({ paused: z.boolean() })) {}

export class ListSchedulesQuery extends createZodDto(z.object(pagingShape)) {}

export class PausedParameters extends createZodDto(z.object({ job_type: z.string().max(64).describe('all') })) {}

export function toScheduleTask(schedule: Schedule): z.input<typeof ScheduleTaskDto.schema> {
  return {
    id: schedule.id,
    vendor_type: schedule.vendorType,
    vendor_id: schedule.vendorId,
    cron: schedule.cron,
    update_time: schedule.updateTime,
  };
}
