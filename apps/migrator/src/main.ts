import 'reflect-metadata';
import { loadConfig, migratorConfig, run } from '@breakwater/platform';
import { migrate } from './migrate';

run(async () => {
  const ran = await migrate(loadConfig(migratorConfig));
  process.stdout.write(ran.length ? `Schema brought up to date: ${ran.join(', ')}\n` : 'Schema is up to date\n');
});
