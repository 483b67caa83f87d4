import * as pg from 'pg';
import type { DataSourceOptions } from 'typeorm';
import { ConnectionPool } from './connection-pool';

export interface DatabaseSettings {
  DATABASE_URL: string;
  DATABASE_POOL_SIZE: number;
  /** How many may wait for a connection; the next one is refused at once. */
  DATABASE_QUEUE_LENGTH?: number;
  /** How long one waits before it is refused. */
  DATABASE_QUEUE_SECONDS?: number;
  /** Shown by `pg_stat_activity`. */
  applicationName?: string;
}

/** Where TypeORM notes which migrations ran. */
export const migrationsTableName = 'schema_migration';

/** For programs that do one thing and have no requests to refuse. */
const defaults = { DATABASE_QUEUE_LENGTH: 1_000, DATABASE_QUEUE_SECONDS: 30 };

/**
 * One set of options for every process. A query that finds no connection waits in a queue with an end and a deadline,
 * and is then refused (UNAVAILABLE), so that a slow or absent Postgres does not become a heap of requests. Ids and sizes are bigint in Postgres and stay below 2^53, so they are read
 * as numbers. The schema is never synchronised: migrations own it.
 */
export function databaseOptions(settings: DatabaseSettings): DataSourceOptions {
  pg.types.setTypeParser(pg.types.builtins.INT8, Number);
  const { DATABASE_QUEUE_LENGTH, DATABASE_QUEUE_SECONDS } = { ...defaults, ...settings };
  return {
    type: 'postgres',
    url: settings.DATABASE_URL,
    synchronize: false,
    migrationsTableName,
    parseInt8: true,
    applicationName: settings.applicationName,
    driver: { ...pg, Pool: ConnectionPool },
    extra: {
      max: settings.DATABASE_POOL_SIZE,
      maxWaiting: DATABASE_QUEUE_LENGTH,
      connectionTimeoutMillis: DATABASE_QUEUE_SECONDS * 1_000,
      // Notices a peer that vanished without a word, such as a host that lost power.
      keepAlive: true,
      idle_in_transaction_session_timeout: 60_000,
      statement_timeout: 60_000,
    },
  };
}
