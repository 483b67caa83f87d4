import { z } from 'zod';
import { failpointFragment, withFailpointRules } from './failpoint.fragment';
import {
  commaList,
  concurrency,
  databaseFragment,
  externalHostsFragment,
  frontDoorFragment,
  overloadFragment,
  serverFragment,
  signingFragment,
} from './fragments';

const maxAge = (seconds: number, what: string) =>
  z.coerce
    .number()
    .int()
    .min(0)
    .max(31_536_000)
    .default(seconds)
    .describe(`Cache-Control of ${what}, in seconds; 0: no cache`);

export const notaryServerConfig = withFailpointRules(
  z.object({
    ...serverFragment,
    ...databaseFragment,
    ...frontDoorFragment,
    ...externalHostsFragment,
    ...overloadFragment,
    ...failpointFragment,
    ...signingFragment,
    CONCURRENCY_TRUST_READS: concurrency(32, 'reads of trust data'),
    CONCURRENCY_TRUST_WRITES: concurrency(8, 'publications of trust data'),
    NOTARY_SIGNER_URL: z.url().describe('Internal address of notary-signer'),
    NOTARY_GUN_PREFIXES: commaList.describe(
      'Trust data is served for names that begin with one of these (`registry.example.com/`) only; unset: for all',
    ),
    NOTARY_MAX_AGE_CURRENT: maxAge(300, 'trust data by role'),
    NOTARY_MAX_AGE_CONSISTENT: maxAge(2_592_000, 'trust data by checksum or version'),
    NOTARY_MAX_UPLOAD_BYTES: z.coerce
      .number()
      .int()
      .min(65_536)
      .default(16 * 1024 * 1024)
      .describe('Largest publication accepted, all its files together'),
    NOTARY_REFRESH_AHEAD_HOURS: z.coerce
      .number()
      .min(0)
      .max(300)
      .default(72)
      .describe('Timestamps and snapshots are signed anew so long before they expire'),
    NOTARY_REFRESH_INTERVAL_SECONDS: z.coerce
      .number()
      .int()
      .min(1)
      .max(86_400)
      .default(600)
      .describe('How often what expires soon is looked for'),
    NOTARY_KEY_SWEEP_SECONDS: z.coerce
      .number()
      .int()
      .min(1)
      .max(86_400)
      .default(60)
      .describe('How often keys that no root names any more are looked for'),
  }),
);
export type NotaryServerConfig = z.output<typeof notaryServerConfig>;
