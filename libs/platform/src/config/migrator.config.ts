import { z } from 'zod';
import { databaseFragment } from './fragments';

const role = (of: string) => databaseFragment.DATABASE_URL.optional().describe(of);

export const migratorConfig = z
  .object({
    ...databaseFragment,
    SERVICES_DATABASE_URL: role(
      'What core, registry, jobservice and notary-server are told as DATABASE_URL: a role that owns every table but the signer’s, made when it cannot log in',
    ),
    SIGNER_DATABASE_URL: role('What notary-signer is told as DATABASE_URL: a role that may use its own tables alone'),
  })
  .refine((config) => (config.SERVICES_DATABASE_URL === undefined) === (config.SIGNER_DATABASE_URL === undefined), {
    message: 'expected SERVICES_DATABASE_URL and SIGNER_DATABASE_URL together, or none of them',
    path: ['SIGNER_DATABASE_URL'],
  });
export type MigratorConfig = z.output<typeof migratorConfig>;
