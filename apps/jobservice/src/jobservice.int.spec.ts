import { Database } from '@breakwater/platform';
import { createTestDatabase, testRedis, type TestDatabase } from '@breakwater/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { randomUUID } from 'node:crypto';
import { createServer as createHttpServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createJobservice } from './create-jobservice';
import { UploadExpiry } from './maintenance/upload-expiry';
import { testConfig } from './testing/test-config';

let testDatabase: TestDatabase;
let app: NestFastifyApplication;
let registry: Server;
/** What the registry was asked, and what it answers next. */
const asked: string[] = [];
let status = 204;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  registry = createHttpServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    const id = request.url!.split('/').at(-1);
    const removed =
      status === 204 ? database().query('DELETE FROM upload_session WHERE id = $1', [id]) : Promise.resolve();
    void removed.then(() => response.writeHead(status).end());
  });
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  const config = testConfig(
    { databaseUrl: testDatabase.url, redis: testRedis() },
    { REGISTRY_URL: `http://127.0.0.1:${(registry.address() as AddressInfo).port}` },
  );
  app = await createJobservice(config);
  await app.init();
});
afterAll(async () => {
  await app.close();
  registry.closeAllConnections();
  await new Promise((resolve) => registry.close(resolve));
  await testDatabase.drop();
});

const database = () => app.get(Database, { strict: false });

async function session(expiry: string): Promise<string> {
  const id = randomUUID();
  await database().query(
    `INSERT INTO upload_session (id, project_id, repository_name, expiry_time) VALUES ($1, 1, 'p/r', now() + $2::interval)`,
    [id, expiry],
  );
  return id;
}

async function until(check: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await check()); waited += 50) {
    if (waited > 8_000) throw new Error('waited in vain');
    await sleep(50);
  }
}

describe('the job service', () => {
  it('is healthy', async () => {
    for (const url of ['/healthz', '/readyz']) {
      const answer = await app.inject({ method: 'GET', url });
      expect(answer.statusCode).toBe(200);
      expect(answer.json()).toMatchObject({ status: 'ok' });
    }
  });

  it('makes partitions and empties the outbox by itself', async () => {
    const month = new Date().toISOString().slice(0, 7).replace('-', '_');
    await until(async () => {
      const [row] = await database().query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [
        `audit_log_${month}`,
      ]);
      return row!.found;
    });
    await database().query(`INSERT INTO outbox (topic, key, payload) VALUES ('tag.deleted', 'k', '{}')`);
    await until(async () => (await database().query('SELECT 1 FROM outbox')).length === 0);
  });
});

describe('uploads that expired', () => {
  const expiry = () => app.get(UploadExpiry, { strict: false });

  it('are removed by the registry, and others are not', async () => {
    const [old, older, live] = [await session('-1 second'), await session('-1 day'), await session('1 hour')];
    asked.length = 0;
    expect(await expiry().expire()).toBe(2);
    expect(asked).toEqual(
      [older, old].map((id) => `DELETE /internal/uploads/${id} Harbor-Secret internal-secret-of-tests`),
    );
    expect(await database().query('SELECT id FROM upload_session')).toEqual([{ id: live }]);
    expect(await expiry().expire()).toBe(0);
  });

  it('wait for a registry that is not well', async () => {
    const id = await session('-1 second');
    status = 503;
    await expect(expiry().expire()).rejects.toThrow(`the registry answered 503 to the removal of upload ${id}`);
    status = 204;
    expect(await expiry().expire()).toBe(1);
  });

  it('are removed a hundred at a time', async () => {
    for (let i = 0; i < 105; i++) await session('-1 minute');
    expect(await expiry().expire()).toBe(100);
    expect(await expiry().expire()).toBe(5);
  });
});
