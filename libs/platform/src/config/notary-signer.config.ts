import { z } from 'zod';
import { databaseFragment, serverFragment, signingFragment } from './fragments';

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

/** A token for the keys: docs/operations/signing-keys.md. */
const tokenFragment = {
  SIGNER_PKCS11_LIBRARY: z
    .string()
    .min(1)
    .optional()
    .describe('New keys are made in a PKCS#11 token: path of its library; unset: sealed in the database'),
  SIGNER_PKCS11_TOKEN: z
    .string()
    .min(1)
    .refine((label) => Buffer.byteLength(label) <= 32, 'expected a label of 32 bytes or less')
    .optional()
    .describe('Label of the token'),
  SIGNER_PKCS11_PIN: z
    .string()
    .min(1)
    .optional()
    .describe('PIN of the user of the token; a wrong one is tried once for each start'),
  SIGNER_PKCS11_SESSIONS: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe('Sessions with the token, and so signatures that it makes at once'),
};
const tokenNames = ['SIGNER_PKCS11_LIBRARY', 'SIGNER_PKCS11_TOKEN', 'SIGNER_PKCS11_PIN'] as const;

export const notarySignerConfig = z
  .object({ ...serverFragment, ...databaseFragment, ...signingFragment, ...signerSecrets, ...tokenFragment })
  .refine((config) => new Set(tokenNames.map((name) => config[name] === undefined)).size === 1, {
    message: `expected ${tokenNames.join(', ')} all together, or none of them`,
    path: ['SIGNER_PKCS11_LIBRARY'],
  });
export type NotarySignerConfig = z.output<typeof notarySignerConfig>;

/** Of the program that seals the signer's keys anew. */
export const signerKeysRotateConfig = z.object({ ...databaseFragment, ...signerSecrets });
