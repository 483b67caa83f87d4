import { types } from 'pg';
import type { DataSourceOptions } from 'typeorm';

export interface DatabaseSettings {
  DATABASE_URL: string;
  DATABASE_POOL_SIZE: number;
  /** Shown by `pg_stat_activity`. */
  applicationName?: string;
}

/** Where TypeORM notes which migrations ran. */
export const migrationsTableName = 'schema_migration';

/** A query that waits longer than this for a connection is refused (UNAVAILABLE) rather than queued for ever. */
const connectionTimeoutMs = 10_000;

/**
 * One set of options for every process. Ids and sizes are bigint in Postgres and stay below 2^53, so they are read
 * as numbers. The schema is never synchronised: migrations own it.
 */
export function databaseOptions(settings: DatabaseSettings): DataSourceOptions {
  types.setTypeParser(types.builtins.INT8, Number);
  return {
    type: 'postgres',
    url: settings.DATABASE_URL,
    synchronize: false,
    migrationsTableName,
    parseInt8: true,
    applicationName: settings.applicationName,
    extra: {
      max: settings.DATABASE_POOL_SIZE,
      connectionTimeoutMillis: connectionTimeoutMs,
      idle_in_transaction_session_timeout: 60_000,
      statement_timeout: 60_000,
    },
  };
}
