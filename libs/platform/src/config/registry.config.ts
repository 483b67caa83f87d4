import { availableParallelism } from 'node:os';
import { z } from 'zod';
import {
  databaseFragment,
  frontDoorFragment,
  overloadFragment,
  redisFragment,
  secretFragment,
  serverFragment,
  trustServerFragment,
} from './fragments';
import { failpointFragment, withFailpointRules } from './failpoint.fragment';
import { registryConcurrencyFragment } from './registry-concurrency.fragment';
import { revocationFragment } from './revocation.fragment';
import { deliveryFragment, storageFragment, withStorageRules } from './storage.fragment';
import { tlsFragment, withTlsRules } from './tls.fragment';

const storing = withStorageRules(
  z.object({
    ...serverFragment,
    ...tlsFragment,
    ...databaseFragment,
    ...redisFragment,
    ...frontDoorFragment,
    ...trustServerFragment,
    ...secretFragment,
    ...storageFragment,
    ...deliveryFragment,
    ...overloadFragment,
    ...registryConcurrencyFragment,
    ...revocationFragment,
    ...failpointFragment,
    REGISTRY_WORKERS: z
      .string()
      .regex(/^(auto|[1-9]\d?)$/, 'expected a number from 1 to 99, or auto')
      .default('1')
      .transform((text) => (text === 'auto' ? availableParallelism() : Number(text)))
      .describe('Processes that serve the port together: a number, or `auto` for one per core'),
    HOT_CACHE_BYTES: z.coerce
      .number()
      .int()
      .min(1024 * 1024)
      .default(192 * 1024 * 1024)
      .describe('Memory for manifests and small blobs that are answered without a query, all workers together'),
    MAX_MANIFEST_BYTES: z.coerce
      .number()
      .int()
      .min(65_536)
      .default(4 * 1024 * 1024)
      .describe('Largest manifest accepted'),
    UPLOAD_TTL_SECONDS: z.coerce
      .number()
      .int()
      .min(60)
      .default(7 * 86_400)
      .describe('An upload untouched for this long expires'),
    UPLOAD_IDLE_SECONDS: z.coerce
      .number()
      .int()
      .min(5)
      .default(120)
      .describe('A body that stops moving for this long is cut; the upload can be resumed'),
  }),
);
export const registryConfig = withTlsRules(withFailpointRules(storing));
export type RegistryConfig = z.output<typeof registryConfig>;
