import type { ExecutionRow, Schedule } from '@breakwater/executions';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { int64, time } from '../rest';

const types = ['Hourly', 'Daily', 'Weekly', 'Custom', 'Manual', 'None', 'Schedule'] as const;

const type = z
  .enum(types)
  .describe('Manual runs at once, None ends the schedule, Custom brings its own cron; Schedule is its older name');
const cron = z.string().max(64).describe('Six fields from the second, which is 0, to the day of the week; UTC');

/** In a body. What clients read they send back, changed: what cannot change is ignored. */
const scheduleInput = z
  .object({ type, cron: cron.nullish(), next_scheduled_time: z.string().nullish().meta({ format: 'date-time' }) })
  .meta({ 'x-model': 'ScheduleObj' });

const parameters = z.record(z.string(), z.unknown());

/** When a job runs and with what: the body of every operation that schedules one. */
export class ScheduleDto extends createZodDto(
  z.object({
    id: int64.nullish(),
    status: z.string().nullish(),
    creation_time: z.string().nullish().meta({ format: 'date-time' }),
    update_time: z.string().nullish().meta({ format: 'date-time' }),
    schedule: scheduleInput,
    parameters: parameters.nullish().describe('What the job takes'),
  }),
) {}

const scheduleShown = z
  .object({ type, cron: cron.optional(), next_scheduled_time: time.optional() })
  .meta({ 'x-model': 'ScheduleObj' });

/** One run of a job that the system has one of. Its schedule is shown in the same shape; without one nothing is there. */
export const historySchema = z
  .object({
    id: int64,
    job_name: z.string(),
    job_kind: z.string().describe('MANUAL or SCHEDULE'),
    job_parameters: z.string().describe('JSON: what it was started with, and what came of it'),
    schedule: scheduleShown,
    job_status: z.string(),
    deleted: z.boolean(),
    creation_time: time,
    update_time: time,
  })
  .partial();
type History = z.input<typeof historySchema>;

export function toHistory(execution: ExecutionRow): History {
  return {
    id: execution.id,
    job_name: execution.vendorType,
    job_kind: execution.trigger,
    job_parameters: JSON.stringify(execution.extraAttrs),
    schedule: { type: execution.trigger === 'SCHEDULE' ? 'Schedule' : 'Manual' },
    job_status: execution.status,
    deleted: false,
    creation_time: execution.startTime,
    update_time: execution.updateTime,
  };
}

export function toScheduleHistory(schedule: Schedule | undefined): History {
  if (!schedule) return {};
  return {
    id: schedule.id,
    job_name: schedule.vendorType,
    job_kind: 'SCHEDULE',
    job_parameters: JSON.stringify(schedule.parameters),
    schedule: toScheduleShown(schedule),
    job_status: '',
    deleted: false,
    creation_time: schedule.creationTime,
    update_time: schedule.updateTime,
  };
}

function toScheduleShown({ cronType, cron, nextTime }: Schedule): z.input<typeof scheduleShown> {
  return { type: types.find((name) => name === cronType) ?? 'Custom', cron, next_scheduled_time: nextTime };
}
