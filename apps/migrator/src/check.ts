import 'reflect-metadata';
import { loadConfig, migratorConfig, run, schemaVersion } from '@breakwater/platform';
import { migrationDataSource } from './data-source';
import { migrations } from './migrations';

/** Fails when the migrations and the entities differ, printing the SQL that is missing. Needs an empty database. */
run(async () => {
  assertOrder();
  const dataSource = await migrationDataSource(loadConfig(migratorConfig)).initialize();
  try {
    await dataSource.runMigrations();
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    if (upQueries.length) throw new Error(`The migrations lack:\n${upQueries.map(({ query }) => query).join(';\n')}`);
    await dataSource.undoLastMigration();
    await dataSource.runMigrations();
  } finally {
    await dataSource.destroy();
  }
  process.stdout.write('Migrations and entities agree\n');
});

function assertOrder(): void {
  const timestamps = migrations.map(({ name }) => Number(name.slice(-13)));
  const sorted = timestamps.every((timestamp, index) => index === 0 || timestamp > (timestamps[index - 1] ?? 0));
  if (!sorted) throw new Error('Migrations are not in the order of their timestamps');
  if (timestamps.at(-1) !== schemaVersion)
    throw new Error(`schemaVersion in libs/platform must be ${timestamps.at(-1)}`);
}
