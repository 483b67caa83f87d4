import { z } from 'zod';
import { databaseFragment, serverFragment } from './fragments';

const signerSecrets = {
  SIGNER_KEY: z
    .string()
    .min(16)
    .describe('Seals the keys that sign trust data; only notary-signer is told it; keep it, and a copy elsewhere'),
  SIGNER_KEY_PREVIOUS: z
    .string()
    .min(16)
    .optional()
    .describe('The SIGNER_KEY before, until the keys are sealed anew: [content trust](content-trust.md)'),
};

export const notarySignerConfig = z.object({ ...serverFragment, ...databaseFragment, ...signerSecrets });
export type NotarySignerConfig = z.output<typeof notarySignerConfig>;

/** Of the program that seals the signer's keys anew. */
export const signerKeysRotateConfig = z.object({ ...databaseFragment, ...signerSecrets });
