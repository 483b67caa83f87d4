import { Database } from '@breakwater/platform';
import { SettingsModule } from '@breakwater/settings';
import { createTestDatabase, startTestModules } from '@breakwater/testing';
import type { INestApplicationContext } from '@nestjs/common';
import { IdentityModule } from './identity.module';

export interface IdentityBench {
  app: INestApplicationContext;
  database: Database;
  close: () => Promise<void>;
}

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
  const app = await startTestModules(url, { imports: [IdentityModule, SettingsModule] });
  return { app, database: app.get(Database, { strict: false }), close: () => app.close() };
}
