import { z } from 'zod';
import { databaseFragment } from './fragments';

export const migratorConfig = z.object({ ...databaseFragment });
export type MigratorConfig = z.output<typeof migratorConfig>;
