import { z } from 'zod';
import { executionHistoryFragment } from './execution-history.fragment';
import {
  databaseFragment,
  redisFragment,
  serverFragment,
  frontDoorFragment,
  networkList,
  secretFragment,
  trustServerFragment,
} from './fragments';
import { revocationFragment } from './revocation.fragment';
import { webhooksFragment } from './webhooks.fragment';

export const jobserviceConfig = z.object({
  ...serverFragment,
  ...databaseFragment,
  ...redisFragment,
  MAX_JOB_WORKERS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000)
    .default(10)
    .describe('Tasks that this process runs at once'),
  JOB_LEASE_SECONDS: z.coerce
    .number()
    .int()
    .min(2)
    .max(600)
    .default(30)
    .describe('How long after its last sign of life a worker’s tasks are given to others'),
  JOB_RECONCILE_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(600)
    .default(5)
    .describe('How often the queue is compared with the tasks that wait in Postgres'),
  ...executionHistoryFragment,
  ...secretFragment,
  ...webhooksFragment,
  ...revocationFragment,
  AUDIT_LOG_ALLOWED_NETWORKS: networkList.describe(
    'Loopback and link-local addresses or CIDRs that the audit log may be sent to',
  ),
  EXTERNAL_URL: frontDoorFragment.EXTERNAL_URL,
  SIGNED_TAG_GRACE_SECONDS: z.coerce
    .number()
    .int()
    .min(0)
    .max(86_400)
    .default(60)
    .describe('A signed tag that was moved may be signed anew within so long, before it is told that it was replaced'),
  ...trustServerFragment,
  GC_TIME_WINDOW_HOURS: z.coerce
    .number()
    .min(0)
    .default(2)
    .describe('Garbage collection leaves what a client was told of, or pushed, within so many hours'),
  REGISTRY_URL: z.url().describe('Internal address of the registry'),
  REGISTRYCTL_URL: z.url().describe('Internal address of registryctl'),
});
export type JobserviceConfig = z.output<typeof jobserviceConfig>;
