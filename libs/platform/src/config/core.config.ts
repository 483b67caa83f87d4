import { z } from 'zod';
import {
  concurrency,
  databaseFragment,
  externalHostsFragment,
  frontDoorFragment,
  overloadFragment,
  redisFragment,
  secretFragment,
  serverFragment,
  trustServerFragment,
} from './fragments';
import { revocationFragment } from './revocation.fragment';
import { scannersFragment } from './scanners.fragment';
import { settingsFragment } from './settings.fragment';

export const coreConfig = z.object({
  ...serverFragment,
  ...databaseFragment,
  ...redisFragment,
  ...frontDoorFragment,
  ...externalHostsFragment,
  ...trustServerFragment,
  ...secretFragment,
  ...overloadFragment,
  ...settingsFragment,
  ...scannersFragment,
  ...revocationFragment,
  CONCURRENCY_TOKENS: concurrency(32, 'tokens, which logins and pulls begin with'),
  CONCURRENCY_API_READS: concurrency(32, 'reads of the management API'),
  CONCURRENCY_API_WRITES: concurrency(16, 'changes through the management API'),
  HARBOR_ADMIN_PASSWORD: z.string().min(1).optional().describe('Password of `admin`, used at the first start only'),
  REGISTRY_URL: z.url().describe('Internal address of the registry'),
  REGISTRYCTL_URL: z.url().describe('Internal address of registryctl'),
  JOBSERVICE_URL: z.url().describe('Internal address of the job service'),
  NOTARY_URL: z.url().optional().describe('Internal address of notary-server; unset: there is none'),
  FRONT_DOOR_CERT_FILE: z
    .string()
    .optional()
    .describe('PEM file of the certificate that clients see: a metric tells when it expires'),
  CA_CERT_FILE: z.string().optional().describe('PEM file offered at /api/v2.0/systeminfo/getcert'),
});
export type CoreConfig = z.output<typeof coreConfig>;

/** Of the program that gives `admin` another password. */
export const adminResetConfig = z.object({
  ...databaseFragment,
  ...secretFragment,
  HARBOR_ADMIN_PASSWORD: z.string().min(1).describe('The new password'),
});

/** Of the program that makes a new key for registry tokens. */
export const keysRotateConfig = z.object({ ...databaseFragment, ...secretFragment });
