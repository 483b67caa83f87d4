import { z } from 'zod';
import { databaseFragment, frontDoorFragment, redisFragment, secretFragment, serverFragment } from './fragments';
import { failpointFragment, withFailpointRules } from './failpoint.fragment';
import { storageFragment, withStorageRules } from './storage.fragment';

const storing = withStorageRules(
  z.object({
    ...serverFragment,
    ...databaseFragment,
    ...redisFragment,
    ...frontDoorFragment,
    ...secretFragment,
    ...storageFragment,
    ...failpointFragment,
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
export const registryConfig = withFailpointRules(storing);
export type RegistryConfig = z.output<typeof registryConfig>;
