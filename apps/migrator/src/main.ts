import 'reflect-metadata';
import { loadConfig, migratorConfig, run } from '@breakwater/platform';
import { applyDatabaseRoles } from './database-roles';
import { migrate } from './migrate';

run(async () => {
  const config = loadConfig(migratorConfig);
  const ran = await migrate(config);
  await applyDatabaseRoles(config);
  process.stdout.write(ran.length ? `Schema brought up to date: ${ran.join(', ')}\n` : 'Schema is up to date\n');
});
