import { jobs, type JobType } from '@breakwater/contracts';
import { z } from 'zod';

type CountKey = `${JobType | 'SCAN_ALL' | 'IMAGE_SCAN' | 'SBOM'}_EXECUTION_RETENTION_COUNT`;

/** As in Harbor; 50 of the others. */
const counts: Readonly<Record<string, number>> = {
  IMAGE_SCAN: 1,
  SBOM: 1,
  SCAN_ALL: 1,
  PURGE_AUDIT_LOG: 10,
  EXECUTION_SWEEP: 10,
};
const suffix = '_EXECUTION_RETENTION_COUNT';
const standard = 50;

const count = (type: string) =>
  z.coerce
    .number()
    .int()
    .min(1)
    .default(counts[type] ?? standard)
    .describe(`Ended executions of ${type} that are kept, for each policy`);

/** How much of the jobs' history is kept. */
export const executionHistoryFragment = {
  JOB_LOG_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_650)
    .default(90)
    .describe('Logs of jobs older than this go, a month at a time'),
  ...(Object.fromEntries(
    [...new Set([...Object.keys(counts), ...Object.keys(jobs)])]
      .sort()
      .map((type) => [`${type}${suffix}`, count(type)]),
  ) as Record<CountKey, ReturnType<typeof count>>),
};

/** How many ended executions of a vendor type are kept, for each vendor id. */
export function keptExecutions(config: Readonly<Record<string, unknown>>, vendorType: string): number {
  const kept = config[`${vendorType}${suffix}`];
  return typeof kept === 'number' ? kept : standard;
}
