#!/usr/bin/env node
// Garbage collection in a process of its own, from dist/, one collection after another with a window of nothing. Says
// what each came to, a line of JSON for each. DATABASE_URL, REDIS_URL and STORAGE_ROOT say of what.
import { NestFactory } from '@nestjs/core';
import { createRequire } from 'node:module';
import 'reflect-metadata';

const require = createRequire(import.meta.url);
const lib = (path) => require(`../../dist/libs/${path}.js`);
const platform = lib('platform/src/index');
const { ExecutionsModule } = lib('domain/executions/src/index');
const { GarbageCollector, GcModule } = lib('domain/gc/src/index');
const { SettingsService } = lib('domain/settings/src/index');
const { FilesystemBlobStore } = lib('storage/src/index');
const { InProcessStorageKeeper } = lib('testing/src/in-process-storage-keeper');

const { DATABASE_URL, REDIS_URL, STORAGE_ROOT } = process.env;
const config = { DATABASE_URL, DATABASE_POOL_SIZE: 8, REDIS_URL, REDIS_PREFIX: '{gc-race}' };
const options = { dryRun: false, workers: 3, windowSeconds: 0 };
/** Untagged artifacts go one by one, under the lock that pushes wait for. */
const UNTAGGED_EVERY = 5;

const keeper = new InProcessStorageKeeper(new FilesystemBlobStore(STORAGE_ROOT));
const keeperModule = {
  module: class KeeperModule {},
  global: true,
  providers: [{ provide: platform.STORAGE_KEEPER, useValue: keeper }],
  exports: [platform.STORAGE_KEEPER],
};
const imports = [
  platform.ConfigModule.forRoot(config),
  platform.DatabaseModule.forRoot(config),
  platform.RedisModule.forRoot(config),
  platform.QueueModule.forRoot(config),
  ExecutionsModule,
  keeperModule,
  GcModule,
];
const app = await NestFactory.createApplicationContext(
  { module: class CollectorModule {}, imports },
  { logger: ['error'] },
);
const database = app.get(platform.Database);
const collector = app.get(GarbageCollector);

// What is deleted is garbage at once.
await app.get(SettingsService, { strict: false }).update({ artifact_restore_window_days: 0 });

const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort(new Error('stopped')));
for (let count = 0; !stopping.signal.aborted; count++) {
  await collector
    .collect(
      { ...options, deleteUntagged: count % UNTAGGED_EVERY === UNTAGGED_EVERY - 1 },
      {
        signal: stopping.signal,
        log: () => undefined,
        progress: () => undefined,
        result: (result) => process.stdout.write(`${JSON.stringify(result)}\n`),
        advance: (_checkpoint, work) => database.transaction(async () => work?.()),
      },
    )
    .catch((error) => {
      if (!stopping.signal.aborted) process.stdout.write(`${JSON.stringify({ error: error.stack })}\n`);
    });
}
await app.close();
