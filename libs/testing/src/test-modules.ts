import { ConfigModule, DatabaseModule } from '@breakwater/platform';
import type { INestApplicationContext, ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

/**
 * Modules of libraries on a database, as a replica has them, without HTTP. `settings`: what the environment says, in
 * addition to the database and a secret key. Close it before the database is dropped.
 */
export function startTestModules(
  databaseUrl: string,
  { imports = [], providers = [] }: Pick<ModuleMetadata, 'imports' | 'providers'>,
  settings: { DATABASE_POOL_SIZE?: number; [name: string]: unknown } = {},
): Promise<INestApplicationContext> {
  class TestModules {}
  const config = {
    SECRET_KEY: 'a secret key for tests',
    DATABASE_URL: databaseUrl,
    DATABASE_POOL_SIZE: 4,
    ...settings,
  };
  return NestFactory.createApplicationContext(
    {
      module: TestModules,
      imports: [ConfigModule.forRoot(config), DatabaseModule.forRoot(config), ...imports],
      providers,
    },
    { logger: false, abortOnError: false },
  );
}
