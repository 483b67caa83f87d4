import { AppError } from '@breakwater/kernel';
import { CronExpressionParser } from 'cron-parser';

/** How often, as people choose it; Custom brings its own cron, Schedule is Custom's older name. */
const presets: Readonly<Record<string, string>> = {
  Hourly: '0 0 * * * *',
  Daily: '0 0 0 * * *',
  Weekly: '0 0 0 * * 0',
};

/**
 * The first instant after `after` at which the expression fires: six fields from the second to the day of the week, UTC.
 * Throws BAD_REQUEST for one that is not understood, fires more often than once a minute, or never.
 */
export function nextTime(cron: string, after: Date): Date {
  if (cron.trim().split(/\s+/).length !== 6)
    throw invalidCron(cron, 'six fields are expected: second minute hour day-of-month month day-of-week');
  if (!/^\s*0\s/.test(cron)) throw invalidCron(cron, 'the first field, the second, must be 0');
  try {
    return CronExpressionParser.parse(cron, { tz: 'UTC', currentDate: after }).next().toDate();
  } catch (error) {
    throw invalidCron(cron, (error as Error).message);
  }
}

/** The cron of a schedule's type. Throws BAD_REQUEST for a type that has none. */
export function cronOf(type: string, cron: string | undefined): string {
  const preset = presets[type];
  // Clients send the preset's cron along; what they send counts, as in Harbor.
  if (preset !== undefined) return cron || preset;
  if (cron) return cron;
  throw new AppError('BAD_REQUEST', `a schedule of type ${type} needs a cron expression`, {
    reason: 'schedule.cron.missing',
  });
}

function invalidCron(cron: string, why: string): AppError {
  return new AppError('BAD_REQUEST', `invalid cron ${JSON.stringify(cron.slice(0, 80))}: ${why}`, {
    reason: 'schedule.cron.invalid',
  });
}
