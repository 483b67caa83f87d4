import { Database } from '@breakwater/platform';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { RegistryUnderTest } from './testing/registry-under-test';
import { startWithImage } from './testing/registry-with-image';
import { expectRefused, expectStatus, type RepositoryClient } from './testing/repository-client';

/** Postgres is overwhelmed, away, or breaks off. */
let registry: RegistryUnderTest;
let app: RepositoryClient;

async function start(settings: Parameters<typeof startWithImage>[0]): Promise<void> {
  ({ registry, app } = await startWithImage(settings));
}
afterEach(() => registry.stop());

describe('Postgres', () => {
  const tags = () => app.send('GET', '/tags/list');
  const settings = { DATABASE_POOL_SIZE: 2, DATABASE_QUEUE_LENGTH: 3, DATABASE_QUEUE_SECONDS: 1 };

  /** Every connection of the pool is busy until `end`. */
  async function exhaust(): Promise<{ end: () => Promise<void> }> {
    const database = registry.app.get(Database);
    const busy = [1, 2].map(() => database.query('SELECT pg_sleep(30)').catch(() => undefined));
    await untilSql(`SELECT count(*) = 2 AS done FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(30)'`);
    return {
      end: async () => {
        await outside(`SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(30)'`);
        await Promise.all(busy);
      },
    };
  }

  const databaseName = () => new URL(registry.config.DATABASE_URL).pathname.slice(1);

  /** Not through the registry's pool. */
  async function outside<T>(sql: string): Promise<T[]> {
    const client = new Client({ connectionString: process.env.TEST_DATABASE_URL });
    await client.connect();
    try {
      return (await client.query<T & object>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  async function untilSql(sql: string): Promise<void> {
    while (!(await outside<{ done: boolean }>(sql))[0]?.done) await sleep(20);
  }

  it('without a free connection: so many wait, the rest is refused at once, and it goes on when there is one', async () => {
    await start({ ...settings, DATABASE_QUEUE_SECONDS: 25 });
    const { end } = await exhaust();
    const order: string[] = [];
    const asked = Array.from({ length: 8 }, async () => {
      const answer = await tags();
      order.push(String(answer.status));
      return answer;
    });
    await Promise.race(asked);
    await untilRefusals(order, 5);
    await end();
    const answers = await Promise.all(asked);
    expect(order).toEqual([...Array<string>(5).fill('503'), ...Array<string>(3).fill('200')]);
    for (const answer of answers) if (answer.status === 503) expectRefused(answer, 503, 'UNAVAILABLE');
    expectStatus(await tags(), 200);
  });

  const untilRefusals = async (order: string[], count: number) => {
    while (order.length < count) await sleep(10);
  };

  it('without a free connection for too long: who waits is refused', async () => {
    await start(settings);
    const { end } = await exhaust();
    expectRefused(await tags(), 503, 'UNAVAILABLE');
    await end();
    expectStatus(await tags(), 200);
  });

  it('gone: UNAVAILABLE, without a word of the driver, until it is back', async () => {
    await start(settings);
    const name = databaseName();
    await outside(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`);
    await outside(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
    for (const answer of [await tags(), await app.send('POST', '/blobs/uploads/')]) {
      expectRefused(answer, 503, 'UNAVAILABLE');
      expect(answer.body.toString()).toMatch(/"message":"the service is busy or restarting, try again shortly"/);
      expect(answer.body.toString()).not.toMatch(/connection|database|postgres/i);
    }
    await outside(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS true`);
    expectStatus(await tags(), 200);
    await app.pushImage('after', 'after');
  });

  it('breaks the connection in the middle of a query: UNAVAILABLE', async () => {
    await start(settings);
    const holder = new Client({ connectionString: registry.config.DATABASE_URL });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE tag IN ACCESS EXCLUSIVE MODE');
    const blocked = `FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = '${databaseName()}'`;
    const asked = tags();
    await untilSql(`SELECT count(*) = 1 AS done ${blocked}`);
    await outside(`SELECT pg_terminate_backend(pid) ${blocked}`);
    expectRefused(await asked, 503, 'UNAVAILABLE');
    await holder.end();
    expectStatus(await tags(), 200);
  });
});
