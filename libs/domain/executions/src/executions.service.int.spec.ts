import { Database, QueueModule } from '@breakwater/platform';
import { createTestDatabase, startTestModules, testRedis, type TestDatabase } from '@breakwater/testing';
import type { INestApplicationContext } from '@nestjs/common';
import { ExecutionsModule } from './executions.module';
import { ExecutionsService } from './executions.service';

let testDatabase: TestDatabase;
let context: INestApplicationContext;
let database: Database;
let executions: ExecutionsService;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  context = await startTestModules(testDatabase.url, { imports: [QueueModule.forRoot(testRedis()), ExecutionsModule] });
  database = context.get(Database, { strict: false });
  executions = context.get(ExecutionsService, { strict: false });
});
afterAll(async () => {
  await context.close();
  await testDatabase.drop();
});

const everything = { filters: [], sorts: [], page: 1, pageSize: 100 };
const retention = (repository: string) => ({
  job: 'RETENTION' as const,
  payload: { policyId: 1, repository, dryRun: false },
});

describe('ExecutionsService', () => {
  it('starts tasks in their order, and shows them', async () => {
    const tasks = ['p/a', 'p/b', 'p/c'].map(retention);
    const id = (await executions.start({ vendorType: 'RETENTION', vendorId: 7, trigger: 'MANUAL', tasks }))!;
    expect(await executions.get(id)).toMatchObject({ status: 'Running', tasks: { Pending: 3 }, trigger: 'MANUAL' });
    const { items, total } = await executions.listTasks(id, everything);
    expect(total).toBe(3);
    expect(items.map(({ payload }) => (payload as { repository: string }).repository)).toEqual(['p/a', 'p/b', 'p/c']);
    expect(await executions.running('RETENTION', 7)).toEqual([id]);
    expect((await executions.list({ vendorTypes: ['RETENTION'], vendorId: 7 }, everything)).total).toBe(1);
  });

  it('starts once for each key, however many ask', async () => {
    const start = () =>
      executions.start({ vendorType: 'RETENTION', trigger: 'SCHEDULE', key: 'k', tasks: [retention('p/k')] });
    const ids = await Promise.all(Array.from({ length: 10 }, start));
    expect(ids.filter((id) => id !== undefined)).toHaveLength(1);
  });

  it('leaves nothing of a transaction that fails', async () => {
    const failing = database.transaction(async () => {
      await executions.start({ vendorType: 'RETENTION', vendorId: 9, trigger: 'MANUAL', tasks: [retention('p/x')] });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await executions.running('RETENTION', 9)).toEqual([]);
  });

  it('refuses a payload that the job does not take', async () => {
    const wrong = { job: 'RETENTION' as const, payload: { policyId: 0, repository: '', dryRun: false } };
    await expect(executions.start({ vendorType: 'RETENTION', trigger: 'MANUAL', tasks: [wrong] })).rejects.toThrow();
  });

  it('ends at once when nothing of it runs and it is stopped, and when it has nothing to do', async () => {
    const id = (await executions.start({ vendorType: 'RETENTION', trigger: 'MANUAL', tasks: [retention('p/s')] }))!;
    for (const scope of [{ vendorTypes: ['GARBAGE_COLLECTION'] }, { vendorId: 77 }])
      await expect(executions.stop(id, scope)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await executions.get(id)).toMatchObject({ endTime: null });
    await executions.stop(id, { vendorTypes: ['RETENTION'] });
    expect(await executions.get(id)).toMatchObject({ status: 'Stopped', endTime: expect.any(Date) });
    const empty = (await executions.start({ vendorType: 'RETENTION', trigger: 'MANUAL', tasks: [] }))!;
    expect(await executions.get(empty)).toMatchObject({ status: 'Success', tasks: {} });
    await expect(executions.stop(9_999)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
