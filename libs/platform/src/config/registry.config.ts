import { z } from 'zod';
import { databaseFragment, frontDoorFragment, redisFragment, secretFragment, serverFragment } from './fragments';

export const registryConfig = z.object({
  ...serverFragment,
  ...databaseFragment,
  ...redisFragment,
  ...frontDoorFragment,
  ...secretFragment,
  STORAGE_ROOT: z.string().min(1).describe('Folder of the blob store, in the layout of distribution'),
  BLOB_DELIVERY: z
    .enum(['accel', 'stream'])
    .default('stream')
    .describe('accel: nginx sends blobs by X-Accel-Redirect; stream: this process does'),
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
});
export type RegistryConfig = z.output<typeof registryConfig>;
