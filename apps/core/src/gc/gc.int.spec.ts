import { startTestCore, type TestCore } from '../testing/test-core';

let core: TestCore;

beforeAll(async () => {
  core = await startTestCore();
});
afterAll(() => core?.close());

const path = '/system/gc';
const request = (method: string, url: string, body?: unknown) => core.request(method, url, { as: 'admin', body });
const set = (method: string, schedule: object, parameters: object | null = {}) =>
  request(method, `${path}/schedule`, { schedule, parameters });

describe('a garbage collection by hand', () => {
  it('is in the history with what it was told, and can be stopped', async () => {
    const created = await set('POST', { type: 'Manual' }, { delete_untagged: true, workers: 3 });
    expect(created.status).toBe(201);
    const location = created.headers.location!.replace('/api/v2.0', '');
    expect(location).toMatch(/^\/system\/gc\/\d+$/);
    const { body } = await request('GET', location);
    expect(body).toMatchObject({
      job_name: 'GARBAGE_COLLECTION',
      job_kind: 'MANUAL',
      job_status: 'Running',
      schedule: { type: 'Manual' },
      deleted: false,
    });
    expect(JSON.parse(body.job_parameters)).toEqual({ delete_untagged: true, dry_run: false, workers: 3 });
    expect(await request('GET', path)).toMatchObject({ headers: { 'x-total-count': '1' }, body: [{ id: body.id }] });
    expect(await request('GET', `${location}/log`)).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
    });
    expect((await request('PUT', location)).status).toBe(200);
    expect((await request('GET', location)).body).toMatchObject({ job_status: 'Stopped' });
  });

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

  it('is not found where there is none', async () => {
    for (const [method, url] of [
      ['GET', `${path}/999999`],
      ['PUT', `${path}/999999`],
      ['GET', `${path}/999999/log`],
    ] as const)
      expect((await request(method, url)).status).toBe(404);
  });
});

it('its schedule is made, shown, changed and ended', async () => {
  expect(await request('GET', `${path}/schedule`)).toMatchObject({ status: 200, body: {} });
  const created = await set('POST', { type: 'Daily', cron: '0 0 0 * * *' }, { workers: 2 });
  expect(created).toMatchObject({ status: 201, headers: { location: '/api/v2.0/system/gc/schedule' } });
  expect(await set('POST', { type: 'Weekly', cron: '0 0 0 * * 0' })).toMatchObject({
    status: 409,
    body: { errors: [{ code: 'CONFLICT', reason: 'schedule.exists' }] },
  });
  const { body } = await request('GET', `${path}/schedule`);
  expect(body).toMatchObject({ job_name: 'GARBAGE_COLLECTION', schedule: { type: 'Daily', cron: '0 0 0 * * *' } });
  expect(JSON.parse(body.job_parameters)).toMatchObject({ workers: 2 });
  expect((await set('PUT', { type: 'Custom', cron: '0 5 3 * * *' })).status).toBe(200);
  expect((await request('GET', `${path}/schedule`)).body.schedule).toMatchObject({ cron: '0 5 3 * * *' });
  expect((await set('PUT', { type: 'Custom', cron: '0 5 3 * *' })).status).toBe(400);
  expect((await set('PUT', { type: 'None' })).status).toBe(200);
  expect((await request('GET', `${path}/schedule`)).body).toEqual({});
});
