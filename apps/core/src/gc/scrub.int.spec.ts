import { itFindsOnlyItsOwnRuns, itHasASchedule, itRunsByHand, systemJobCalls } from '../testing/system-job.suite';
import { startTestCore, type TestCore } from '../testing/test-core';

let core: TestCore;
const theCore = (): TestCore => core;

beforeAll(async () => {
  core = await startTestCore();
});
afterAll(() => core?.close());

const parameters = { bytes_per_second: 1_000_000 };
const job = { path: '/system/scrub', vendorType: 'BLOB_SCRUB', given: parameters, shown: parameters };
const { set } = systemJobCalls(theCore, job);

describe('a scrub', () => {
  itRunsByHand(theCore, job);
  itHasASchedule(theCore, job);
  itFindsOnlyItsOwnRuns(theCore, job.path);

  it.each([[{ bytes_per_second: 0 }], [{ bytes_per_second: 'many' }]])('is refused with %j', async (wrong) => {
    for (const type of ['Manual', 'Daily'])
      expect(await set('POST', { type }, wrong)).toMatchObject({
        status: 400,
        body: { errors: [{ code: 'BAD_REQUEST' }] },
      });
  });
});
