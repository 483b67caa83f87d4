import { z } from 'zod';
import { databaseFragment, redisFragment, serverFragment } from './fragments';

export const jobserviceConfig = z.object({
  ...serverFragment,
  ...databaseFragment,
  ...redisFragment,
  REGISTRY_URL: z.url().describe('Internal address of the registry'),
});
export type JobserviceConfig = z.output<typeof jobserviceConfig>;
