import { Database, metricNamesOf, MetricsServer } from '@breakwater/platform';
import { createTestDatabase, scrape, testRedis, type TestDatabase } from '@breakwater/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import { createJobservice } from '../create-jobservice';
import { testConfig } from '../testing/test-config';

let testDatabase: TestDatabase;
let app: NestFastifyApplication;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  app = await createJobservice(
    testConfig({ databaseUrl: testDatabase.url, redis: testRedis() }, { METRICS_PORT: '0' }),
  );
  await app.init();
});
afterAll(async () => {
  await app.close();
  await testDatabase.drop();
});

const read = () => scrape(app.get(MetricsServer, { strict: false }).port!);

it('answers exactly the metrics of the table, and not on the public port', async () => {
  expect((await read()).names).toEqual(metricNamesOf('jobservice'));
  expect((await app.inject({ url: '/metrics' })).statusCode).toBe(404);
});

it('tells of the rounds of every loop', async () => {
  const succeeded = async (loop: string) => {
    for (let attempt = 0; attempt < 100; attempt++) {
      const now = await read();
      if (now.value('breakwater_maintenance_rounds_total', { loop, result: 'success' })) return now;
      await sleep(50);
    }
    throw new Error(`${loop} had no round`);
  };
  for (const loop of ['outbox-relay', 'pull-fold', 'upload-expiry', 'partitions', 'signature-rounds']) {
    const now = await succeeded(loop);
    expect(now.value('breakwater_maintenance_last_success_timestamp_seconds', { loop })).toBeGreaterThan(1e9);
    expect(now.value('breakwater_maintenance_round_duration_seconds_count', { loop })).toBeGreaterThan(0);
  }
});

it('tells of uploads and events that wait', async () => {
  await app.get(Database, { strict: false }).query(
    `INSERT INTO upload_session (id, project_id, repository_name, received_bytes, expiry_time)
     VALUES (gen_random_uuid(), 1, 'p/r', 42, now() + interval '1 hour')`,
  );
  // Figures may be some seconds old.
  for (let attempt = 0; attempt < 80 && !(await read()).value('breakwater_upload_session_bytes'); attempt++)
    await sleep(100);
  const now = await read();
  expect(now.value('breakwater_upload_session_bytes')).toBe(42);
  expect(now.value('breakwater_upload_sessions', { state: 'open' })).toBe(1);
  expect(now.value('breakwater_outbox_events')).toBe(0);
  expect(now.value('breakwater_outbox_oldest_seconds')).toBe(0);
});
