import { Database } from '@breakwater/platform';
import { createTestDatabase, startTestModules, type TestDatabase } from '@breakwater/testing';
import type { INestApplicationContext } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { Changes } from './changes';
import { ChangesModule, LeaseModule } from './coherence.module';
import { LeaseHolder } from './lease-holder';

let testDatabase: TestDatabase;
let app: INestApplicationContext;
let lease: LeaseHolder;
let changes: Changes;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  app = await startTestModules(testDatabase.url, { imports: [ChangesModule, LeaseModule] });
  [lease, changes, database] = [
    app.get(LeaseHolder, { strict: false }),
    app.get(Changes, { strict: false }),
    app.get(Database, { strict: false }),
  ];
  lease.ticket('user:1');
  while (!lease.isValid) await sleep(10);
});
afterAll(async () => {
  await app.close();
  await testDatabase.drop();
});

const nothing = (): Promise<unknown> => database.query('SELECT 1');

describe('a lease', () => {
  it('forgets what a change was about before the change is acknowledged, and nothing else', async () => {
    const [mine, other] = [lease.ticket('user:1'), lease.ticket('user:2')];
    await changes.around(['user:1'], nothing);
    expect([lease.isCurrent(mine), lease.isCurrent(other)]).toEqual([false, true]);
  });

  it('keeps what hangs on several scopes until one of them changes', async () => {
    const ticket = lease.ticket('user:6', 'project:6');
    await changes.around(['user:7'], nothing);
    expect(lease.isCurrent(ticket)).toBe(true);
    await changes.around(['project:6'], nothing);
    expect(lease.isCurrent(ticket)).toBe(false);
  });

  it('hears nothing of a change that was rolled back', async () => {
    const ticket = lease.ticket('project:1');
    const failing = changes.around(['project:1'], () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    await changes.around(['project:2'], nothing);
    expect(lease.isCurrent(ticket)).toBe(true);
  });

  it('is lost with its connection, with all that was kept, and comes back', async () => {
    const ticket = lease.ticket('user:3');
    await database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'breakwater-lease' AND datname = current_database()`,
    );
    while (lease.isValid) await sleep(5);
    expect(lease.isCurrent(ticket)).toBe(false);
    const meanwhile = lease.ticket('user:3');
    while (!lease.isValid) await sleep(20);
    // What changed before it listened again was never heard of.
    expect(lease.isCurrent(meanwhile)).toBe(false);
    const fresh = lease.ticket('user:3');
    await changes.around(['user:3'], nothing);
    expect(lease.isCurrent(fresh)).toBe(false);
  });

  it('of a replica that died is waited for no longer than it lasts', async () => {
    await database.query(
      `INSERT INTO cache_lease VALUES ('00000000-0000-0000-0000-000000000000', now(), clock_timestamp() + interval '600 ms')`,
    );
    await changes.around(['user:4'], nothing);
    const [row] = await database.query<{ over: boolean }>(
      `SELECT expiry_time <= clock_timestamp() AS over FROM cache_lease WHERE replica = '00000000-0000-0000-0000-000000000000'`,
    );
    expect(row?.over).toBe(true);
  });

  it('of a replica that renewed it without hearing is waited for as long as it lasted before', async () => {
    const replica = '00000000-0000-0000-0000-000000000001';
    const [before] = await database.query<{ expiry: string }>(
      `INSERT INTO cache_lease VALUES ($1, now(), clock_timestamp() + interval '900 ms') RETURNING expiry_time::text AS expiry`,
      [replica],
    );
    const change = changes.around(['user:6'], nothing);
    await sleep(200);
    await database.query(
      `UPDATE cache_lease SET renewal_time = clock_timestamp(), expiry_time = clock_timestamp() + interval '1 hour' WHERE replica = $1`,
      [replica],
    );
    await change;
    const [row] = await database.query<{ over: boolean }>('SELECT $1::timestamptz <= clock_timestamp() AS over', [
      before?.expiry,
    ]);
    await database.query('DELETE FROM cache_lease WHERE replica = $1', [replica]);
    expect(row?.over).toBe(true);
  });

  it('is announced inside a transaction only', async () => {
    await expect(changes.announce('user:5')).rejects.toThrow('inside of a transaction');
  });
});
