import { databaseOptions, type DatabaseSettings } from '@breakwater/platform';
import { DataSource } from 'typeorm';
import { entities } from './entities';
import { migrations } from './migrations';

/** The connection that changes the schema. One migration, one transaction. */
export function migrationDataSource(settings: DatabaseSettings): DataSource {
  return new DataSource({
    ...databaseOptions({ ...settings, DATABASE_POOL_SIZE: 2, applicationName: 'breakwater-migrator' }),
    entities,
    migrations,
    migrationsTransactionMode: 'each',
  } as ConstructorParameters<typeof DataSource>[0]);
}
