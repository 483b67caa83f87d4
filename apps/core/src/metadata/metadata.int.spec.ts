import { startTestCore, type TestCore } from '../testing/test-core';

let core: TestCore;

beforeAll(async () => {
  core = await startTestCore();
  await core.createProject('meta', true);
});
afterAll(() => core.close());

const ask = (method: string, name = '', body?: unknown) =>
  core.request(method, `/projects/meta/metadatas/${name}`, { as: 'admin', body });

describe('project metadata', () => {
  it('are added, read, changed and removed one by one', async () => {
    expect((await ask('POST', '', { severity: 'High' })).status).toBe(200);
    expect((await ask('GET', 'severity')).body).toEqual({ severity: 'high' });
    expect((await ask('PUT', 'severity', { severity: 'low' })).status).toBe(200);
    expect((await ask('GET')).body).toEqual({ public: 'true', severity: 'low' });
    expect((await ask('DELETE', 'severity')).status).toBe(200);
    expect((await ask('GET', 'severity')).status).toBe(404);
  });

  it('has the same list with and without the slash', async () => {
    expect((await core.request('GET', '/projects/meta/metadatas', { as: 'admin' })).body).toEqual({ public: 'true' });
  });

  it.each([
    ['POST', '', { auto_scan: 'true', prevent_vul: 'true' }, 400],
    ['POST', '', {}, 400],
    ['POST', '', { retention_id: '1' }, 400],
    ['POST', '', { nonsense: 'true' }, 400],
    ['POST', '', { __proto__x: 'true' }, 400],
    ['POST', '', { auto_scan: 'maybe' }, 400],
    ['POST', '', { public: 'true' }, 409],
    ['POST', '', { auto_scan: true }, 422],
    ['PUT', 'auto_scan', { auto_scan: 'true' }, 404],
    ['PUT', 'public', { severity: 'low' }, 400],
    ['PUT', 'public', { public: 'perhaps' }, 400],
    ['DELETE', 'auto_scan', undefined, 404],
    ['GET', 'constructor', undefined, 404],
    ['PUT', 'constructor', { auto_scan: 'true' }, 400],
  ])('%s %s %j is %s', async (method, name, body, status) => {
    expect((await ask(method, name, body)).status).toBe(status);
  });

  it('makes the project private, and ends its tokens, when public goes', async () => {
    const epoch = async () =>
      (await core.database.query<{ epoch: number }>(`SELECT epoch FROM project WHERE name = 'meta'`))[0]?.epoch;
    const before = (await epoch()) ?? 0;
    expect((await ask('DELETE', 'public')).status).toBe(200);
    expect(await epoch()).toBe(before + 1);
    expect((await core.request('GET', '/projects/meta')).status).toBe(401);
  });
});
