import type { Api } from './api';
import { expectStatus } from './http';
import { until } from './ports';

const FINAL = ['Success', 'Error', 'Stopped'];

/** A run of a job that the system has one of. */
export interface SystemRun {
  id: number;
  job_status: string;
  job_parameters: string;
}

/** Runs the job of `path` (/system/gc, /system/purgeaudit) by hand; the run's path. */
export function startByHand(api: Api, path: string, parameters: object): Promise<string> {
  return api.create(`${path}/schedule`, { schedule: { type: 'Manual' }, parameters });
}

/** The run, once it has ended. */
export async function ended(api: Api, there: string): Promise<SystemRun> {
  let run: SystemRun | undefined;
  await until(
    `the end of ${there}`,
    async () => FINAL.includes((run = await api.get<SystemRun>(there)).job_status),
    30_000,
  );
  return run!;
}

/** Nothing of the queue is taken while `work` goes on. */
export async function whilePaused(api: Api, queue: string, work: () => Promise<void>): Promise<void> {
  const act = async (action: string) =>
    expectStatus(await api.call('PUT', `/jobservice/queues/${queue}`, { action }), 200);
  await act('pause');
  try {
    await work();
  } finally {
    await act('resume');
  }
}

export interface ShownSchedule {
  schedule?: { type: string; cron: string; next_scheduled_time: string };
  job_parameters?: string;
}

/** Whatever ran here before, the fuzzer for one, may have left a schedule. */
export async function withoutSchedule(api: Api, path: string): Promise<void> {
  expectStatus(await api.call('PUT', path, { schedule: { type: 'None' } }), 200);
}

/** Vendor types of all schedules. */
export async function scheduledTypes(api: Api): Promise<string[]> {
  const schedules = await api.get<{ vendor_type: string }[]>('/schedules?page_size=100');
  return schedules.map(({ vendor_type: type }) => type);
}
