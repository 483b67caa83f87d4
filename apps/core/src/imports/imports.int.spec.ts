import { itFindsOnlyItsOwnRuns } from '../testing/system-job.suite';
import { startTestCore, type TestCore } from '../testing/test-core';

let core: TestCore;

beforeAll(async () => {
  core = await startTestCore();
  await core.createUser('grace');
});
afterAll(() => core?.close());

const path = '/system/import';
const asAdmin = (method: string, url: string, body?: unknown) => core.request(method, url, { as: 'admin', body });

it('is started, listed, read and stopped, one at a time', async () => {
  const created = await asAdmin('POST', path, { project: 'old' });
  expect(created.status).toBe(201);
  const location = created.headers.location!.replace('/api/v2.0', '');
  const id = Number(location.split('/').at(-1));
  const shown = { id, project: 'old', status: 'Running', result: {}, end_time: null };
  expect((await asAdmin('GET', location)).body).toMatchObject(shown);
  expect(await asAdmin('GET', path)).toMatchObject({ headers: { 'x-total-count': '1' }, body: [shown] });
  expect(await core.database.query('SELECT job_type, payload, serial_key FROM task')).toEqual([
    { job_type: 'STORAGE_IMPORT', payload: { project: 'old' }, serial_key: 'stored-blobs' },
  ]);
  expect(await asAdmin('POST', path, {})).toMatchObject({
    status: 409,
    body: { errors: [{ code: 'CONFLICT', reason: 'import.running' }] },
  });
  expect(await asAdmin('GET', `${location}/log`)).toMatchObject({
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
  });
  expect((await asAdmin('PUT', location)).status).toBe(200);
  expect((await asAdmin('GET', location)).body).toMatchObject({ status: 'Stopped', end_time: expect.any(String) });
  const again = await asAdmin('POST', path, {});
  expect(again.status).toBe(201);
  await asAdmin('PUT', again.headers.location!.replace('/api/v2.0', ''));
});

it.each([{ project: 'No Project' }, { project: '' }, { project: 'a/b' }])('is refused with %j', async (body) => {
  expect((await asAdmin('POST', path, body)).status).toBe(400);
});

itFindsOnlyItsOwnRuns(() => core, path);

it('is for administrators', async () => {
  for (const [method, url] of [
    ['POST', path],
    ['GET', path],
    ['GET', `${path}/1`],
    ['PUT', `${path}/1`],
    ['GET', `${path}/1/log`],
  ] as const) {
    const body = method === 'POST' ? {} : undefined;
    expect((await core.request(method, url, { as: 'grace', body })).status).toBe(403);
    expect((await core.request(method, url, { body })).status).toBe(401);
  }
});
