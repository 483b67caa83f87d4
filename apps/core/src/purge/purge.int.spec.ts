import { itFindsOnlyItsOwnRuns, itRunsByHand, systemJobCalls } from '../testing/system-job.suite';
import { startTestCore, type TestCore } from '../testing/test-core';

let core: TestCore;
const theCore = (): TestCore => core;

beforeAll(async () => {
  core = await startTestCore();
});
afterAll(() => core?.close());

const path = '/system/purgeaudit';
const parameters = { audit_retention_hour: 24, include_event_types: 'create_artifact,delete_artifact' };
const job = { path, vendorType: 'PURGE_AUDIT_LOG', given: parameters, shown: { ...parameters, dry_run: false } };
const { request, set } = systemJobCalls(theCore, job);

describe('a purge by hand', () => {
  itRunsByHand(theCore, job);
  itFindsOnlyItsOwnRuns(theCore, path);

  it.each([
    ['no parameters', null],
    ['no age', { include_event_types: 'create_artifact' }],
    ['no types', { audit_retention_hour: 1 }],
    ['an age of too many hours', { ...parameters, audit_retention_hour: 240_001 }],
  ])('is refused with %s', async (_what, given) => {
    expect(await set('POST', { type: 'Manual' }, given)).toMatchObject({
      status: 400,
      body: { errors: [{ code: 'BAD_REQUEST' }] },
    });
  });
});

describe('the schedule of purges', () => {
  it('is empty at first', async () => {
    expect(await request('GET', `${path}/schedule`)).toMatchObject({ status: 200, body: {} });
  });

  it('is made, shown among all schedules, changed and ended', async () => {
    const created = await set('POST', { type: 'Daily', cron: '0 0 0 * * *' });
    expect(created).toMatchObject({ status: 201, headers: { location: '/api/v2.0/system/purgeaudit/schedule' } });
    const { body } = await request('GET', `${path}/schedule`);
    expect(body.schedule).toEqual({
      type: 'Daily',
      cron: '0 0 0 * * *',
      next_scheduled_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT00:00:00\.000Z$/),
    });
    expect(JSON.parse(body.job_parameters)).toEqual({ ...parameters, dry_run: false });
    expect((await request('GET', '/schedules')).body).toEqual([
      expect.objectContaining({ id: body.id, vendor_type: 'PURGE_AUDIT_LOG', vendor_id: -1, cron: '0 0 0 * * *' }),
    ]);
    // What was read is sent back, with another time.
    const changed = await request('PUT', `${path}/schedule`, {
      ...body,
      schedule: { ...body.schedule, type: 'Custom', cron: '0 30 4 * * *' },
      parameters: { ...parameters, dry_run: true },
    });
    expect(changed.status).toBe(200);
    const shown = (await request('GET', `${path}/schedule`)).body;
    expect(shown).toMatchObject({ id: body.id, schedule: { type: 'Custom', cron: '0 30 4 * * *' } });
    expect(JSON.parse(shown.job_parameters)).toMatchObject({ dry_run: true });
    expect((await set('PUT', { type: 'None' }, null)).status).toBe(200);
    expect((await request('GET', `${path}/schedule`)).body).toEqual({});
    expect((await request('GET', '/schedules')).body).toEqual([]);
  });

  it('takes a preset without a cron', async () => {
    expect((await set('PUT', { type: 'Weekly', cron: '' })).status).toBe(200);
    expect((await request('GET', `${path}/schedule`)).body.schedule).toMatchObject({ cron: '0 0 0 * * 0' });
    await set('PUT', { type: 'None' });
  });

  it.each([
    ['a cron of five fields', { type: 'Custom', cron: '0 0 * * *' }, 400],
    ['seconds', { type: 'Custom', cron: '30 0 0 * * *' }, 400],
    ['nonsense', { type: 'Custom', cron: '0 61 0 * * *' }, 400],
    ['no cron', { type: 'Custom' }, 400],
    ['a type that is none', { type: 'Yearly' }, 422],
  ])('is refused with %s', async (_what, schedule, status) => {
    expect((await set('PUT', schedule)).status).toBe(status);
    expect((await request('GET', `${path}/schedule`)).body).toEqual({});
  });
});
