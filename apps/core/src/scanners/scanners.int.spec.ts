import { TestScannerAdapter, testScannerMetadata } from '@breakwater/testing';
import { AuditReader } from '../testing/audit-reader';
import { startTestCore, type TestCore } from '../testing/test-core';

let core: TestCore;
const adapter = new TestScannerAdapter();

beforeAll(async () => {
  await adapter.start();
  core = await startTestCore({ SCANNER_ALLOWED_NETWORKS: '127.0.0.1' });
  await core.createProject('looked-at', true);
  await core.createUser('stranger');
});
afterAll(async () => {
  await core?.close();
  await adapter.stop();
});
beforeEach(() => Object.assign(adapter, { status: 200, metadata: testScannerMetadata }));
afterEach(() => core.database.query('DELETE FROM scanner_registration'));

const ask = (method: string, path: string, body?: unknown) => core.request(method, path, { as: 'admin', body });
const body = (name: string, changed: object = {}) => ({ name, url: adapter.url(`/${name}`), ...changed });
async function register(name: string, changed: object = {}): Promise<string> {
  const answer = await ask('POST', '/scanners', body(name, changed));
  expect(answer).toMatchObject({ status: 201 });
  expect(answer.headers.location).toMatch(/^\/api\/v2\.0\/scanners\/[\da-f-]{36}$/);
  return answer.headers.location!.replace('/api/v2.0', '');
}

describe('scanners', () => {
  it('show all but their credential', async () => {
    const there = await register('looker', { auth: 'Basic', access_credential: 'user:pass', description: 'looks' });
    const { status, body: scanner } = await ask('GET', there);
    expect(status).toBe(200);
    expect(scanner).toEqual({
      uuid: there.split('/').at(-1),
      name: 'looker',
      description: 'looks',
      url: adapter.url('/looker'),
      disabled: false,
      is_default: true,
      auth: 'Basic',
      access_credential: '',
      skip_certVerify: false,
      use_internal_addr: false,
      create_time: expect.any(String),
      update_time: expect.any(String),
      adapter: 'Looker',
      vendor: 'Tests',
      version: 'v1.2.3',
      health: 'healthy',
      capabilities: { support_vulnerability: true, support_sbom: true },
    });
    const list = await ask('GET', '/scanners');
    expect(list.body).toEqual([scanner]);
    expect(JSON.stringify(list.body)).not.toContain('pass');
    expect((await ask('DELETE', there)).body).toMatchObject({ name: 'looker', access_credential: '' });
    expect((await ask('GET', there)).status).toBe(404);
  });

  it('are listed default first, filtered, sorted and paged', async () => {
    for (const name of ['a', 'b', 'c']) await register(name);
    const names = async (query: string) => {
      const { body: items, headers } = await ask('GET', `/scanners${query}`);
      return [(items as { name: string }[]).map(({ name }) => name).join(''), headers['x-total-count']];
    };
    expect(await names('')).toEqual(['acb', '3']);
    expect(await names('?sort=-name')).toEqual(['cba', '3']);
    expect(await names('?q=name%3Db')).toEqual(['b', '1']);
    expect(await names('?q=name%3D~B')).toEqual(['b', '1']);
    expect(await names('?q=is_default%3Dfalse&sort=name&page_size=1&page=2')).toEqual(['c', '2']);
    expect((await ask('GET', '/scanners?q=create_time%3Dnever')).status).toBe(400);
    expect((await ask('GET', '/scanners?page=0')).status).toBe(422);
  });

  it('tell what their adapter says, or that it says nothing', async () => {
    const there = await register('looker');
    expect(await ask('GET', `${there}/metadata`)).toMatchObject({
      status: 200,
      body: { scanner: testScannerMetadata.scanner, properties: testScannerMetadata.properties },
    });
    adapter.status = 500;
    const silent = await ask('PUT', there, body('looker', { description: 'asked anew' }));
    expect(silent.status).toBe(200);
    expect(await ask('GET', `${there}/metadata`)).toMatchObject({
      status: 412,
      body: { errors: [{ code: 'PRECONDITION', reason: 'scanner.unhealthy' }] },
    });
    const { body: scanner } = await ask('GET', there);
    expect(scanner).toMatchObject({ health: 'unhealthy' });
    expect(scanner).not.toHaveProperty('adapter');
  });

  it('are pinged before they are registered', async () => {
    expect((await ask('POST', '/scanners/ping', body('looker'))).status).toBe(200);
    adapter.metadata = {};
    expect((await ask('POST', '/scanners/ping', body('looker'))).status).toBe(400);
    expect((await ask('POST', '/scanners', body('looker'))).status).toBe(400);
    expect((await ask('GET', '/scanners')).body).toEqual([]);
  });

  it.each([
    [{ name: '' }, 400],
    [{ url: '' }, 400],
    [{ url: 'ftp://scanner' }, 400],
    [{ url: 'http://169.254.169.254' }, 400],
    [{ auth: 'Basic' }, 400],
    [{ auth: 'None' }, 400],
    [{ name: undefined }, 422],
    [{ url: 7 }, 422],
    [{ disabled: 'yes' }, 422],
  ])('of %j are refused with %s', async (changed, status) => {
    expect((await ask('POST', '/scanners', body('looker', changed))).status).toBe(status);
  });

  it('have one default, which changes', async () => {
    const first = await register('first');
    const second = await register('second');
    expect((await ask('PATCH', second, { is_default: false })).status).toBe(200);
    expect((await ask('GET', first)).body).toMatchObject({ is_default: true });
    expect((await ask('PATCH', second, { is_default: true })).status).toBe(200);
    expect((await ask('GET', first)).body).toMatchObject({ is_default: false });
    expect((await ask('GET', second)).body).toMatchObject({ is_default: true });
    expect((await ask('PUT', second, body('second', { disabled: true }))).status).toBe(412);
    expect((await ask('POST', '/scanners', body('first'))).status).toBe(409);
  });

  it('are in the audit log by their names, also where nothing came of it', async () => {
    const log = new AuditReader(core);
    const after = (status: number, ...asked: Parameters<typeof ask>) => log.after(() => ask(...asked), status);
    expect(await after(201, 'POST', '/scanners', body('looker'))).toEqual(['admin create scanner looker']);
    expect(await after(409, 'POST', '/scanners', body('looker'))).toEqual(['admin create scanner looker failed']);
    const [{ uuid }] = (await ask('GET', '/scanners')).body as [{ uuid: string }];
    const there = `/scanners/${uuid}`;
    expect(await after(200, 'PUT', there, body('other'))).toEqual(['admin update scanner looker']);
    expect(await after(200, 'PATCH', there, { is_default: true })).toEqual(['admin update scanner other']);
    expect(await after(200, 'DELETE', there)).toEqual(['admin delete scanner other']);
    expect(await after(404, 'DELETE', there)).toEqual([`admin delete scanner ${uuid} failed`]);
    expect(await after(404, 'DELETE', '/scanners/none')).toEqual(['admin delete scanner none failed']);
  });
});

describe('the scanner of a project', () => {
  const path = '/projects/looked-at/scanner';

  it('is chosen among all', async () => {
    expect(await ask('GET', path)).toMatchObject({ status: 200, body: {} });
    await register('first');
    const second = await register('second');
    const candidates = await ask('GET', `${path}/candidates?sort=name`);
    expect(candidates.headers['x-total-count']).toBe('2');
    expect(candidates.body).toMatchObject([{ name: 'first' }, { name: 'second' }]);
    expect((await ask('GET', path)).body).toMatchObject({ name: 'first', health: 'healthy' });
    const uuid = second.split('/').at(-1);
    expect((await ask('PUT', path, { uuid })).status).toBe(200);
    expect((await ask('GET', path)).body).toMatchObject({ name: 'second', access_credential: '' });
    expect((await ask('PUT', path, { uuid: 'none' })).status).toBe(404);
    expect((await ask('PUT', path, {})).status).toBe(422);
  });

  it('of a public project is seen by who is logged in, and by nobody else', async () => {
    await register('first');
    expect((await core.request('GET', path)).status).toBe(401);
    expect((await core.request('GET', path, { as: 'stranger' })).body).toMatchObject({ name: 'first' });
    expect((await core.request('GET', `${path}/candidates`, { as: 'stranger' })).status).toBe(403);
  });
});
