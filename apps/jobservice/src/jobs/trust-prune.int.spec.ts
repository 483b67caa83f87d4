import { ExecutionsService, SchedulesService } from '@breakwater/executions';
import { Metrics, type Database } from '@breakwater/platform';
import { SettingsService } from '@breakwater/settings';
import { createTestDatabase, fakeJobContext, testRedis, type TestDatabase } from '@breakwater/testing';
import { TrustPruning } from '@breakwater/trust';
import { hash } from 'node:crypto';
import { startEngine, type EngineUnderTest } from '../testing/engine-under-test';
import { TrustPruneJob } from './trust-prune.job';

let testDatabase: TestDatabase;
let engine: EngineUnderTest;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  engine = await startEngine({}, { databaseUrl: testDatabase.url, redis: testRedis() });
  ({ database } = engine);
});
afterAll(async () => {
  await engine.app.close();
  await testDatabase.drop();
});

const get = <T>(type: new (...args: never[]) => T): T => engine.app.get(type, { strict: false });
let made: TrustPruneJob | undefined;
const job = () =>
  (made ??= new TrustPruneJob(
    get(TrustPruning),
    get(ExecutionsService),
    get(SchedulesService),
    get(SettingsService),
    get(Metrics),
  ));

const json = (signed: object) => Buffer.from(JSON.stringify({ signed, signatures: [] }));
const hashed = (data: Buffer) => ({
  hashes: { sha256: hash('sha256', data, 'base64') },
  length: data.length,
});

/** Names with ten timestamps each, one a week, the newest today. */
async function names(count: number): Promise<void> {
  const expires = new Date(Date.now() + 86_400_000).toISOString();
  const meta = { root: hashed(Buffer.from('root')), targets: hashed(Buffer.from('targets')) };
  const snapshot = json({ _type: 'Snapshot', version: 1, expires, meta });
  const timestamps = Array.from({ length: 10 }, (_, index) =>
    json({ _type: 'Timestamp', version: index + 1, expires, meta: { snapshot: hashed(snapshot) } }),
  );
  await database.query(
    `INSERT INTO trust_repository (gun, repository, root_key_ids, refresh_time)
     SELECT 'host/p/' || lpad(n::text, 4, '0'), NULL, '[]', now() FROM generate_series(1, $1::int) n`,
    [count],
  );
  const add = `INSERT INTO trust_file (gun, role, version, sha256, data, creation_time)
               SELECT gun, $1, $2, $3, $4, now() - $5 * interval '1 week' FROM trust_repository`;
  await database.query(add, ['snapshot', 1, hash('sha256', snapshot, 'hex'), snapshot, 9]);
  for (const [index, data] of timestamps.entries())
    await database.query(add, ['timestamp', index + 1, hash('sha256', data, 'hex'), data, 9 - index]);
}

const versionsLeft = async (): Promise<Record<string, number>> => {
  const rows = await database.query<{ role: string; count: number }>(
    'SELECT role, count(*)::int AS count FROM trust_file GROUP BY role',
  );
  return Object.fromEntries(rows.map(({ role, count }) => [role, count]));
};

it('removes what was replaced long ago, page by page, and goes on where it was cut off', async () => {
  await names(450);
  const aborted = new AbortController();
  const first = fakeJobContext({ signal: aborted.signal }, database);
  // Cut off within the second page.
  const advance = first.advance.bind(first);
  Object.assign(first, {
    advance: async (checkpoint: unknown, work?: () => Promise<void>) => {
      await advance(checkpoint, work);
      aborted.abort(new Error('cut off'));
    },
  });
  await expect(job().run({ retentionDays: 30 }, first)).rejects.toThrow('cut off');
  expect(first.checkpoints).toEqual([{ after: 'host/p/0200', pruned: 800 }]);
  const second = fakeJobContext({ checkpoint: first.checkpoints[0] }, database);
  await job().run({ retentionDays: 30 }, second);
  // Replaced 5 to 8 weeks ago: four of ten. Those of one name had gone already when it was cut off.
  expect(second.outcome).toEqual({ pruned_files: 450 * 4 - 4 });
  expect(await versionsLeft()).toEqual({ snapshot: 450, timestamp: 450 * 6 });
  const third = fakeJobContext({}, database);
  await job().run({ retentionDays: 30 }, third);
  expect(third.outcome).toEqual({ pruned_files: 0 });
});

it('leaves alone what cannot be read, and goes on', async () => {
  await database.query(
    `UPDATE trust_file SET data = convert_to('{"signed":{"version":10},"signatures":[]}', 'UTF8')
     WHERE gun = 'host/p/0001' AND role = 'timestamp' AND version = 10`,
  );
  const context = fakeJobContext({}, database);
  await job().run({ retentionDays: 10 }, context);
  expect(context.outcome).toEqual({ pruned_files: 449 * 3 });
});

it('comes every night, for as many days as the setting says', async () => {
  await job().onApplicationBootstrap();
  const schedule = await get(SchedulesService).find('TRUST_PRUNE');
  expect(schedule).toMatchObject({ cron: '0 30 2 * * *' });
  await get(SettingsService).update({ trust_data_retention_days: 90 });
  // The engine of the test has no jobs of the platform.
  const start = jest.spyOn(get(ExecutionsService), 'start').mockResolvedValueOnce(1);
  await job().start(schedule!, 'night');
  expect(start).toHaveBeenCalledWith({
    vendorType: 'TRUST_PRUNE',
    trigger: 'SCHEDULE',
    key: 'night',
    tasks: [{ job: 'TRUST_PRUNE', payload: { retentionDays: 90 } }],
  });
});
