import { advisoryLocks, type DatabaseSettings } from '@breakwater/platform';
import { migrationDataSource } from './data-source';

/** Brings the schema up to date; returns the names of the migrations that ran. Safe to run at the same time twice. */
export async function migrate(settings: DatabaseSettings): Promise<string[]> {
  const dataSource = await migrationDataSource(settings).initialize();
  const lock = dataSource.createQueryRunner();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [advisoryLocks.migrations]);
    const ran = await dataSource.runMigrations();
    return ran.map(({ name }) => name);
  } finally {
    // The lock goes with the connection, even when this fails.
    await lock.query('SELECT pg_advisory_unlock($1)', [advisoryLocks.migrations]).catch(() => undefined);
    await lock.release();
    await dataSource.destroy();
  }
}
