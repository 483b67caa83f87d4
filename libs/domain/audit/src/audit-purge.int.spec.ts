import { ExecutionsService } from '@breakwater/executions';
import { Database, QueueModule } from '@breakwater/platform';
import {
  createTestDatabase,
  fakeJobContext,
  startTestModules,
  testRedis,
  type TestDatabase,
} from '@breakwater/testing';
import type { INestApplicationContext } from '@nestjs/common';
import { AuditPurgeModule } from './audit-purge.module';
import { AuditPurgeRepository } from './audit-purge.repository';
import { AuditPurgeService } from './audit-purge.service';

let testDatabase: TestDatabase;
let app: INestApplicationContext;
let database: Database;
let purge: AuditPurgeService;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  app = await startTestModules(
    testDatabase.url,
    { imports: [QueueModule.forRoot(testRedis()), AuditPurgeModule] },
    { DATABASE_POOL_SIZE: 6 },
  );
  database = app.get(Database, { strict: false });
  purge = app.get(AuditPurgeService, { strict: false });
});
afterAll(async () => {
  await app.close();
  await testDatabase.drop();
});

const jobContext = (given: Parameters<typeof fakeJobContext>[0] = {}) => fakeJobContext(given, database);

/** Of 2001, which is long ago, and made anew for each test. */
const months = ['2001_01', '2001_02'];
const hour = 3_600_000;
const payload = (eventTypes = ['create_artifact'], retentionHours = 24, dryRun = false) => ({
  retentionHours,
  eventTypes,
  dryRun,
});

beforeEach(async () => {
  await database.query('DELETE FROM audit_log');
  for (const month of months) {
    const [year, number] = month.split('_').map(Number);
    await database.query(
      `CREATE TABLE IF NOT EXISTS "audit_log_${month}" PARTITION OF audit_log
       FOR VALUES FROM ('${year}-0${number}-01T00:00:00Z') TO ('${year}-0${number! + 1}-01T00:00:00Z')`,
    );
  }
});

const write = (time: Date | string, operation = 'create', resource = 'artifact', count = 1) =>
  database.query(
    `INSERT INTO audit_log (op_time, username, operation, resource_type, resource)
     SELECT $1::timestamptz + n * interval '1 microsecond', 'admin', $2, $3, 'p/r' FROM generate_series(1, $4) n`,
    [time, operation, resource, count],
  );
const left = async (): Promise<string[]> => {
  const rows = await database.query<{ what: string }>(
    `SELECT operation || '_' || resource_type || ' ' || to_char(op_time AT TIME ZONE 'UTC', 'YYYY-MM') AS what FROM audit_log ORDER BY op_time`,
  );
  return rows.map(({ what }) => what);
};
const exists = async (month: string): Promise<boolean> => {
  const [row] = await database.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [
    `audit_log_${month}`,
  ]);
  return row!.found;
};

describe('a purge of the audit log', () => {
  it('drops the months of which nothing stays, and takes the old entries of the others', async () => {
    await write('2001-01-10T00:00:00Z', 'create', 'artifact', 3);
    await write('2001-02-10T00:00:00Z', 'create', 'artifact', 2);
    await write('2001-02-11T00:00:00Z', 'delete', 'project');
    await write(new Date(Date.now() - 25 * hour));
    await write(new Date(Date.now() - 23 * hour));
    const context = jobContext();
    await purge.run(payload(), context);
    expect(await left()).toEqual([
      'delete_project 2001-02',
      `create_artifact ${new Date(Date.now() - 23 * hour).toISOString().slice(0, 7)}`,
    ]);
    expect([await exists('2001_01'), await exists('2001_02')]).toEqual([false, true]);
    expect(context.outcome).toEqual({ purged_entries: 6 });
    expect(context.lines).toContain('audit_log_2001_01: dropped with 3 entries');
    expect(context.lines.at(-1)).toBe('6 entries purged');
  });

  it('takes every type that it is told of, and no other', async () => {
    for (const [operation, resource] of [
      ['create', 'artifact'],
      ['create', 'project'],
      ['pull', 'artifact'],
    ])
      await write('2001-01-10T00:00:00Z', operation, resource);
    await purge.run(payload(['create_artifact', 'create_project']), jobContext());
    expect(await left()).toEqual(['pull_artifact 2001-01']);
  });

  it('only counts in a dry run', async () => {
    await write('2001-01-10T00:00:00Z', 'create', 'artifact', 4);
    await write('2001-01-10T00:00:00Z', 'pull');
    const context = jobContext();
    await purge.run(payload(['create_artifact'], 24, true), context);
    expect(context.outcome).toEqual({ purged_entries: 4 });
    expect(await left()).toHaveLength(5);
  });

  it('goes through more than a batch, with entries of one instant', async () => {
    await database.query(
      `INSERT INTO audit_log (op_time, username, operation, resource_type, resource)
       SELECT '2001-01-10T00:00:00Z', 'admin', CASE WHEN n % 3 = 0 THEN 'pull' ELSE 'create' END, 'artifact', 'p/r' FROM generate_series(1, 12000) n`,
    );
    const context = jobContext();
    await purge.run(payload(), context);
    expect(context.outcome).toEqual({ purged_entries: 8_000 });
    // February, which is empty, is dropped; then come three batches.
    expect(context.checkpoints).toHaveLength(4);
    expect(new Set(await left())).toEqual(new Set(['pull_artifact 2001-01']));
  });

  it('goes on where it was, with the age that it began with', async () => {
    await write('2001-01-10T00:00:00Z', 'create', 'artifact', 2);
    await write('2001-01-10T00:00:00Z', 'pull');
    await write('2001-01-20T00:00:00Z');
    await write('2001-02-20T00:00:00Z');
    const checkpoint = { before: '2001-02-01T00:00:00Z', purged: 7, position: { time: '2001-01-15T00:00:00Z', id: 0 } };
    const context = jobContext({ run: 2, checkpoint });
    await purge.run(payload(), context);
    expect(context.outcome).toEqual({ purged_entries: 8 });
    expect(await left()).toEqual([
      'create_artifact 2001-01',
      'pull_artifact 2001-01',
      'create_artifact 2001-01',
      'create_artifact 2001-02',
    ]);
  });

  it('leaves a month that is in use where it is, and empties it', async () => {
    await write('2001-01-10T00:00:00Z', 'create', 'artifact', 2);
    const context = jobContext();
    let release = () => undefined as void;
    const held = new Promise<void>((resolve) => (release = resolve));
    let started = () => undefined as void;
    const inUse = new Promise<void>((resolve) => (started = resolve));
    const reading = database.transaction(async () => {
      await database.query('SELECT 1 FROM audit_log LIMIT 1');
      started();
      await held;
    });
    await inUse;
    await purge.run(payload(), context);
    release();
    await reading;
    expect(context.lines).toContain('audit_log_2001_01: in use, its entries are deleted in batches');
    expect([await exists('2001_01'), await left()]).toEqual([true, []]);
    expect(context.outcome).toEqual({ purged_entries: 2 });
  });

  it('does not drop a month to which an entry that stays has come', async () => {
    await write('2001-01-10T00:00:00Z');
    const repository = app.get(AuditPurgeRepository, { strict: false });
    const counted = jest.spyOn(repository, 'countIfAllGo');
    counted.mockImplementationOnce(async (name, types) => {
      const count = await AuditPurgeRepository.prototype.countIfAllGo.call(repository, name, types);
      await write('2001-01-11T00:00:00Z', 'delete', 'project');
      return count;
    });
    const context = jobContext();
    await purge.run(payload(), context);
    counted.mockRestore();
    expect(await left()).toEqual(['delete_project 2001-01']);
    expect(context.outcome).toEqual({ purged_entries: 1 });
  });

  it('ends when it is told to', async () => {
    await write('2001-01-10T00:00:00Z');
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(purge.run(payload(), jobContext({ signal }))).rejects.toThrow('stopped');
    expect(await left()).toHaveLength(1);
  });
});

describe('the parameters of a purge', () => {
  it.each([
    {},
    { audit_retention_hour: 24 },
    { include_event_types: 'create_artifact' },
    { audit_retention_hour: 240_001, include_event_types: 'create_artifact' },
    { audit_retention_hour: -1, include_event_types: 'create_artifact' },
    { audit_retention_hour: 1.5, include_event_types: 'create_artifact' },
    { audit_retention_hour: '24', include_event_types: 'create_artifact' },
    { audit_retention_hour: 24, include_event_types: ' , ' },
  ])('are refused: %j', (parameters) => {
    expect(() => purge.readParameters(parameters)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });

  it('become those of the job', async () => {
    const parameters = purge.readParameters({
      audit_retention_hour: 48,
      include_event_types: 'create_artifact, delete_artifact',
    });
    const executions = app.get(ExecutionsService, { strict: false });
    const id = (await purge.start(parameters, 'SCHEDULE', 'purge-1'))!;
    expect(await purge.start(parameters, 'SCHEDULE', 'purge-1')).toBeUndefined();
    expect(await executions.get(id)).toMatchObject({ vendorType: 'PURGE_AUDIT_LOG', extraAttrs: parameters });
    const { items } = await executions.listTasks(id, { filters: [], sorts: [], page: 1, pageSize: 10 });
    expect(items).toMatchObject([
      { payload: { retentionHours: 48, eventTypes: ['create_artifact', 'delete_artifact'], dryRun: false } },
    ]);
  });
});
