import { ConfigModule, Database, DatabaseModule } from '@breakwater/platform';
import { SettingsModule } from '@breakwater/settings';
import { createTestDatabase } from '@breakwater/testing';
import { Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { IdentityModule } from './identity.module';

export interface IdentityBench {
  app: INestApplicationContext;
  database: Database;
  close: () => Promise<void>;
}

@Module({})
class BenchModule {}

/** The identity library on a database of its own; `replicas` of it share that database. */
export async function startIdentity(replicas = 1): Promise<{ benches: IdentityBench[]; close: () => Promise<void> }> {
  const { url, drop } = await createTestDatabase();
  const benches = await Promise.all(Array.from({ length: replicas }, () => startOne(url)));
  const close = async (): Promise<void> => {
    await Promise.all(benches.map((bench) => bench.close()));
    await drop();
  };
  return { benches, close };
}

async function startOne(url: string): Promise<IdentityBench> {
  const imports = [
    ConfigModule.forRoot({ SECRET_KEY: 'a secret key for tests', DATABASE_URL: url }),
    DatabaseModule.forRoot({ DATABASE_URL: url, DATABASE_POOL_SIZE: 4 }),
    IdentityModule,
    SettingsModule,
  ];
  const app = await NestFactory.createApplicationContext(
    { module: BenchModule, imports },
    { logger: false, abortOnError: false },
  );
  return { app, database: app.get(Database, { strict: false }), close: () => app.close() };
}
