import type { DataSource } from 'typeorm';
import { migrationsTableName } from './database-options';

/** Timestamp of the newest migration that this build knows (checked against the migrator's list). */
export const schemaVersion = 1795650000000;

/**
 * A process never runs on a schema it does not know: an older one must be migrated first, a newer one needs a newer
 * build (decision 20).
 */
export async function assertSchemaVersion(dataSource: DataSource): Promise<void> {
  const found = await currentSchemaVersion(dataSource);
  if (found < schemaVersion)
    throw new Error(`The database has schema ${found}, this build needs ${schemaVersion}: run the migrator first`);
  if (found > schemaVersion)
    throw new Error(
      `The database has schema ${found}, newer than this build's ${schemaVersion}: run a build that knows it`,
    );
}

async function currentSchemaVersion(dataSource: DataSource): Promise<number> {
  const [table] = await dataSource.query<{ name: string | null }[]>('SELECT to_regclass($1)::text AS name', [
    migrationsTableName,
  ]);
  if (!table?.name) return 0;
  const [row] = await dataSource.query<{ version: number | null }[]>(
    `SELECT max("timestamp") AS version FROM ${migrationsTableName}`,
  );
  return row?.version ?? 0;
}
