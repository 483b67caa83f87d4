import { createTestDatabase, startTestModules, type TestDatabase } from '@breakwater/testing';
import type { INestApplicationContext } from '@nestjs/common';
import fc from 'fast-check';
import { countedPage, RecentTotals } from './counted-page';
import { Database } from './database';
import { SqlParameters } from './sql-parameters';

let testDatabase: TestDatabase;
let app: INestApplicationContext;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  app = await startTestModules(testDatabase.url, {});
  database = app.get(Database, { strict: false });
});
afterAll(async () => {
  await app.close();
  await testDatabase.drop();
});
afterEach(() => jest.restoreAllMocks());

/** The numbers from 1 to `count`, the last ones first. */
function numbers(count: number) {
  const parameters = new SqlParameters();
  const from = `FROM generate_series(1, ${parameters.add(count)}::int) n(id)`;
  return { columns: 'n.id', from, order: 'n.id DESC', parameters };
}

const inOneQuery = { key: 'n.id', tables: 'FROM generate_series(1, 1000) n(id)' };

it('answers the page and how many there are, whichever way the page is read', async () => {
  const cases = fc.record({
    count: fc.nat({ max: 60 }),
    page: fc.integer({ min: 1, max: 9 }),
    pageSize: fc.integer({ min: 1, max: 20 }),
    way: fc.constantFrom('counted', 'by keys', 'known'),
  });
  const check = async ({
    count,
    page,
    pageSize,
    way,
  }: {
    count: number;
    page: number;
    pageSize: number;
    way: string;
  }) => {
    const query = {
      ...numbers(count),
      ...(way !== 'counted' && { rows: inOneQuery }),
      ...(way === 'known' && { known: count }),
    };
    const first = count - (page - 1) * pageSize;
    const ids = Array.from({ length: pageSize }, (_, index) => first - index).filter((id) => id > 0);
    await expect(countedPage(database, query, { page, pageSize })).resolves.toEqual({
      items: ids.map((id) => ({ id })),
      total: count,
    });
  };
  await fc.assert(fc.asyncProperty(cases, check), { numRuns: 300 });
});

it('lets columns take parameters, which the count does without', async () => {
  const query = { ...numbers(3), columns: (added: SqlParameters) => `n.id, ${added.add('text')}::text AS text` };
  await expect(countedPage(database, query, { page: 1, pageSize: 1 })).resolves.toEqual({
    items: [{ id: 3, text: 'text' }],
    total: 3,
  });
  const behind = { ...numbers(3), columns: query.columns };
  await expect(countedPage(database, behind, { page: 9, pageSize: 1 })).resolves.toEqual({ items: [], total: 3 });
});

it('takes one query for a page that has rows', async () => {
  const asked = jest.spyOn(database, 'query');
  await countedPage(database, numbers(30), { page: 2, pageSize: 10 });
  expect(asked).toHaveBeenCalledTimes(1);
});

it.each([
  [100_000, 1, 100_000],
  [100_050, 1, 100_000],
  [100_050, 10_004, 100_041],
  [100_045, 10_005, 100_045],
])('of %i rows, page %i of ten proves %i', async (count, page, total) => {
  await expect(countedPage(database, numbers(count), { page, pageSize: 10 })).resolves.toMatchObject({ total });
});

describe('RecentTotals', () => {
  it('lets a long list be counted once by all who ask within two seconds', async () => {
    const asked = jest.spyOn(database, 'query');
    const recent = new RecentTotals();
    const totals = [];
    for (let turn = 0; turn < 3; turn++)
      totals.push((await countedPage(database, numbers(20_000), { page: 1, pageSize: 1 }, recent)).total);
    expect(totals).toEqual([20_000, 20_000, 20_000]);
    expect(asked.mock.calls.filter(([sql]) => sql.includes('count(*)'))).toHaveLength(1);
  });

  it('then lets one of them count anew', () => {
    const clock = jest.spyOn(performance, 'now').mockReturnValue(1_000);
    const recent = new RecentTotals();
    recent.set('all', 20_000);
    expect(recent.get('all')).toBe(20_000);
    clock.mockReturnValue(3_001);
    expect([recent.get('all'), recent.get('all')]).toEqual([undefined, 20_000]);
  });

  it('does not keep what is counted quickly', () => {
    const recent = new RecentTotals();
    recent.set('few', 20_000);
    recent.set('few', 12);
    expect(recent.get('few')).toBeUndefined();
  });
});
