import { ExecutionSweep } from '@breakwater/executions';
import type { Database } from '@breakwater/platform';
import { createTestDatabase, fakeJobContext, testRedis, type TestDatabase } from '@breakwater/testing';
import { startEngine, type EngineUnderTest } from '../testing/engine-under-test';
import { testConfig } from '../testing/test-config';
import { ExecutionSweepJob } from './execution-sweep.job';

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

/** Ended executions with a task and its log, one a minute, the newest an hour and a half ago. */
async function history(vendorType: string, vendorId: number, count: number): Promise<void> {
  await database.query(
    `WITH e AS (
       INSERT INTO execution (vendor_type, vendor_id, status, trigger, end_time)
       SELECT $1, $2, 'Success', 'MANUAL', now() - interval '90 minutes' - make_interval(mins => n)
       FROM generate_series($3::int, 1, -1) n RETURNING id),
     t AS (INSERT INTO task (execution_id, job_type, payload, status, end_time) SELECT id, $1, '{}', 'Success', now() FROM e RETURNING id)
     INSERT INTO task_log (task_id, sequence, text) SELECT id, 1, 'line' FROM t`,
    [vendorType, vendorId, count],
  );
}

const counts = async (table: string) => {
  const [row] = await database.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`);
  return row!.count;
};

describe('the sweep', () => {
  it('keeps the newest of each policy, and what has not ended', async () => {
    await history('RETENTION', 1, 7);
    await history('RETENTION', 2, 2);
    await history('PURGE_AUDIT_LOG', -1, 4);
    const running = await database.query<{ id: number }>(
      `INSERT INTO execution (id, vendor_type, vendor_id, status, trigger) VALUES (0, 'RETENTION', 1, 'Running', 'MANUAL') RETURNING id`,
    );
    const config = testConfig(
      { databaseUrl: testDatabase.url, redis: testRedis() },
      { RETENTION_EXECUTION_RETENTION_COUNT: '3' },
    );
    const context = fakeJobContext();
    await new ExecutionSweepJob(engine.app.get(ExecutionSweep, { strict: false }), config).run({}, context);
    expect(context.outcome).toEqual({ removed_executions: 4, dropped_logs: [] });
    const left = await database.query(
      `SELECT vendor_type AS type, vendor_id AS id, count(*)::int AS count FROM execution GROUP BY 1, 2 ORDER BY 1, 2`,
    );
    expect(left).toEqual([
      { type: 'PURGE_AUDIT_LOG', id: -1, count: 4 },
      { type: 'RETENTION', id: 1, count: 4 },
      { type: 'RETENTION', id: 2, count: 2 },
    ]);
    expect(await database.query('SELECT id FROM execution WHERE end_time IS NULL')).toEqual(running);
    expect([await counts('task'), await counts('task_log')]).toEqual([9, 9]);
  });

  it('drops whole months of logs that are old, and old lines of no month', async () => {
    await database.query(
      `CREATE TABLE task_log_2020_01 PARTITION OF task_log FOR VALUES FROM ('2020-01-01') TO ('2020-02-01')`,
    );
    await database.query(`INSERT INTO task_log (task_id, sequence, creation_time, text)
      VALUES (1, 1, '2020-01-05', 'a'), (1, 2, '2020-03-05', 'b'), (1, 3, now(), 'c')`);
    const before = await counts('task_log');
    expect(await engine.app.get(ExecutionSweep, { strict: false }).dropLogs(30)).toEqual(['task_log_2020_01']);
    expect(await counts('task_log')).toBe(before - 2);
  });
});
