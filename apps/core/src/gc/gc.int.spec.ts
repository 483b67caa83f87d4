import { itFindsOnlyItsOwnRuns, itHasASchedule, itRunsByHand, systemJobCalls } from '../testing/system-job.suite';
import { startTestCore, type TestCore } from '../testing/test-core';

let core: TestCore;
const theCore = (): TestCore => core;

beforeAll(async () => {
  core = await startTestCore();
});
afterAll(() => core?.close());

const job = {
  path: '/system/gc',
  vendorType: 'GARBAGE_COLLECTION',
  given: { delete_untagged: true, workers: 3 },
  shown: { delete_untagged: true, dry_run: false, workers: 3 },
};
const { set } = systemJobCalls(theCore, job);

describe('a garbage collection', () => {
  itRunsByHand(theCore, job);
  itHasASchedule(theCore, job);
  itFindsOnlyItsOwnRuns(theCore, job.path);

  it.each([[{ workers: 0 }], [{ workers: 11 }], [{ workers: 'many' }], [{ dry_run: 'perhaps' }]])(
    'is refused with %j',
    async (parameters) => {
      for (const type of ['Manual', 'Daily'])
        expect(await set('POST', { type }, parameters)).toMatchObject({
          status: 400,
          body: { errors: [{ code: 'BAD_REQUEST' }] },
        });
    },
  );

  it('has one schedule', async () => {
    expect((await set('POST', { type: 'Daily', cron: '0 0 0 * * *' })).status).toBe(201);
    expect(await set('POST', { type: 'Weekly', cron: '0 0 0 * * 0' })).toMatchObject({
      status: 409,
      body: { errors: [{ code: 'CONFLICT', reason: 'schedule.exists' }] },
    });
  });
});
