import { Database } from '@breakwater/platform';
import { createTestDatabase, startTestModules, type TestDatabase } from '@breakwater/testing';
import type { INestApplicationContext } from '@nestjs/common';
import { QuotasModule } from './quotas.module';
import { QuotasService } from './quotas.service';

let testDatabase: TestDatabase;
let context: INestApplicationContext;
let database: Database;
let quotas: QuotasService;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  context = await startTestModules(testDatabase.url, { imports: [QuotasModule] }, { DATABASE_POOL_SIZE: 8 });
  database = context.get(Database, { strict: false });
  quotas = context.get(QuotasService, { strict: false });
});
afterAll(async () => {
  await context.close();
  await testDatabase.drop();
});

const add = (projectId: number, bytes: number) =>
  database.transaction(async () => quotas.add(await quotas.lock(projectId), bytes));

describe('QuotasService', () => {
  it('never lets pushes that race exceed the limit', async () => {
    await quotas.create(1, 1000);
    const results = await Promise.allSettled(Array.from({ length: 30 }, () => add(1, 100)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    expect((await quotas.find(1))?.used).toBe(1000);
  });

  it('counts nothing of a transaction that fails', async () => {
    await quotas.create(2, -1);
    const failing = database.transaction(async () => {
      await quotas.add(await quotas.lock(2), 5);
      throw new Error('push failed');
    });
    await expect(failing).rejects.toThrow('push failed');
    expect((await quotas.find(2))?.used).toBe(0);
  });

  it('holds sizes beyond 32 bits, and goes with its project', async () => {
    await quotas.create(3, 2 ** 50);
    await add(3, 2 ** 49);
    expect(await quotas.find(3)).toMatchObject({ hard: 2 ** 50, used: 2 ** 49 });
    await quotas.delete(3);
    expect(await quotas.find(3)).toBeUndefined();
    await expect(add(3, 1)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
