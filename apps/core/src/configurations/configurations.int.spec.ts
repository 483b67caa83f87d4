import { startTestCore, type Answer, type TestCore } from '../testing/test-core';

let core: TestCore;
let other: Pick<TestCore, 'app' | 'request'>;

beforeAll(async () => {
  core = await startTestCore();
  other = await core.addReplica();
}, 60_000);
afterAll(() => core?.close());

const get = async (path: string, as = 'admin'): Promise<Answer['body']> => {
  const { status, body } = await core.request('GET', path, { as });
  expect(status).toBe(200);
  return body;
};
const put = (body: unknown): Promise<Answer> => core.request('PUT', '/configurations', { as: 'admin', body });
const internal = { headers: { authorization: 'Harbor-Secret internal-secret-of-tests' } };

describe('the settings', () => {
  it('are shown each with its value and whether it can be changed', async () => {
    const body = await get('/configurations');
    expect(body).toMatchObject({
      auth_mode: { value: 'db_auth', editable: true },
      read_only: { value: false, editable: true },
      storage_per_project: { value: -1, editable: true },
      token_expiration: { value: 30, editable: true },
      oidc_extra_redirect_parms: { value: '{}', editable: true },
      pull_audit_log_disable: { value: false, editable: true },
      scan_all_policy: {},
    });
    expect(body.scan_all_policy).toEqual({});
    expect(Object.keys(body)).toHaveLength(60);
    for (const name of ['ldap_search_password', 'oidc_client_secret', 'uaa_client_secret', 'postgresql_password'])
      expect(body).not.toHaveProperty(name);
  });

  it('are changed at once on another replica', async () => {
    const shown = async () =>
      (await other.request('GET', '/configurations', { as: 'admin' })).body.banner_message.value;
    for (const text of ['one', 'two', 'three']) {
      await shown();
      expect(await put({ banner_message: text, ldap_timeout: 7 })).toMatchObject({ status: 200, body: undefined });
      expect(await shown()).toBe(text);
      expect((await other.request('GET', '/systeminfo')).body.banner_message).toBe(text);
    }
    await put({ banner_message: '' });
  });

  it('are changed all or not at all', async () => {
    const { status, body } = await put({ session_timeout: 5, token_expiration: 0, auth_mode: 'kerberos' });
    expect(status).toBe(400);
    expect(body.errors[0]).toMatchObject({
      code: 'BAD_REQUEST',
      reason: 'setting.invalid',
      message: expect.stringMatching(/token_expiration: 0 is not .*1 to 99999999; auth_mode: "kerberos" is not one of/),
    });
    expect((await get('/configurations')).session_timeout.value).toBe(60);
  });

  it('leave out what is no setting, null, and what only the environment gives', async () => {
    const sent = { nonsense: 1, postgresql_host: 'evil', 'settings:environment': {}, read_only: null, ldap_uid: 'uid' };
    expect((await put(sent)).status).toBe(200);
    expect((await get('/configurations')).ldap_uid.value).toBe('uid');
    const { body } = await core.request('GET', '/internalconfig', internal);
    expect(body.postgresql_host.value).not.toBe('evil');
    expect(body).not.toHaveProperty('nonsense');
  });

  it.each([['[]'], ['"text"'], ['7'], ['null']])('are no %s', async (body) => {
    expect((await put(body)).status).toBe(422);
  });

  it('take back what they showed', async () => {
    const body = await get('/configurations');
    const values = Object.entries(body as Record<string, { value: unknown }>).map(([name, { value }]) => [name, value]);
    const filled = { ...Object.fromEntries(values), ldap_url: 'ldap://x', ldap_base_dn: 'dc=x', scan_all_policy: {} };
    expect(await put(filled)).toMatchObject({ status: 200 });
  });

  it('keep secrets to themselves', async () => {
    expect((await put({ ldap_search_password: 'hunter2', uaa_client_secret: 'hunter2' })).status).toBe(200);
    const answers = [await get('/configurations'), (await core.request('GET', '/internalconfig', internal)).body];
    expect(JSON.stringify(answers)).not.toContain('hunter2');
    const rows = await core.database.query('SELECT value FROM setting');
    expect(JSON.stringify(rows)).not.toContain('hunter2');
    const refused = await put({ ldap_search_password: { deep: 'hunter2' } });
    expect(refused.status).toBe(400);
    expect(JSON.stringify(refused.body)).not.toContain('hunter2');
  });

  it('have a mode of signing in that is fixed once there are users', async () => {
    await core.createUser('grace');
    expect((await get('/configurations')).auth_mode).toEqual({ value: 'db_auth', editable: false });
    expect(await put({ auth_mode: 'ldap_auth' })).toMatchObject({
      status: 400,
      body: { errors: [{ reason: 'setting.auth-mode.in-use' }] },
    });
    expect((await put({ auth_mode: 'db_auth' })).status).toBe(200);
  });

  it('decide who makes projects', async () => {
    const create = (name: string) => core.request('POST', '/projects', { as: 'grace', body: { project_name: name } });
    expect((await create('allowed')).status).toBe(201);
    await put({ project_creation_restriction: 'adminonly', storage_per_project: 4_096 });
    expect((await create('refused')).status).toBe(403);
    await put({ project_creation_restriction: 'everyone' });
    expect((await create('limited')).status).toBe(201);
    expect((await get('/projects/limited/summary')).quota.hard).toEqual({ storage: 4_096 });
    await put({ storage_per_project: -1 });
  });
});

describe('the internal configuration', () => {
  it('is everything but secrets, for the services', async () => {
    const { status, body } = await core.request('GET', '/internalconfig', internal);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      core_local_url: { value: 'http://127.0.0.1:0', editable: false },
      with_trivy: { value: false, editable: false },
      read_only: { value: false, editable: true },
      token_expiration: { value: 30, editable: true },
    });
    expect(Object.keys(body).filter((name) => /password|secret/.test(name))).toEqual([]);
  });

  it('is nobody else’s', async () => {
    expect((await core.request('GET', '/internalconfig')).status).toBe(401);
    for (const as of ['admin', 'grace'])
      expect((await core.request('GET', '/internalconfig', { as })).status).toBe(403);
  });
});

describe('read-only mode', () => {
  it('lets nothing be changed but itself, on every replica', async () => {
    await core.createProject('kept');
    expect((await other.request('PUT', '/configurations', { as: 'admin', body: { read_only: true } })).status).toBe(
      200,
    );
    const refusals = [
      await core.request('POST', '/projects', { as: 'admin', body: { project_name: 'new' } }),
      await core.request('DELETE', '/projects/kept', { as: 'admin' }),
      await core.request('PUT', '/system/CVEAllowlist', { as: 'admin', body: { items: [] } }),
      await core.request('PATCH', '/robots/1', { as: 'admin', body: {} }),
      await other.request('POST', '/users', { as: 'admin', body: { username: 'x' } }),
    ];
    for (const refusal of refusals)
      expect(refusal).toMatchObject({
        status: 403,
        body: {
          errors: [{ code: 'DENIED', message: 'The system is in read only mode. Any modification is prohibited.' }],
        },
      });
    // Who may not anyway hears that.
    expect((await core.request('DELETE', '/projects/kept')).status).toBe(401);
    expect((await core.request('GET', '/projects/kept', { as: 'admin' })).status).toBe(200);
    expect((await core.request('GET', '//service/token?service=harbor-registry', { as: 'grace' })).status).toBe(200);
    expect((await get('/systeminfo')).read_only).toBe(true);
    expect((await put({ read_only: false })).status).toBe(200);
    expect((await core.request('DELETE', '/projects/kept', { as: 'admin' })).status).toBe(200);
  });
});

describe('the allowlist of vulnerabilities', () => {
  const path = '/system/CVEAllowlist';

  it('is everybody’s to read and administrators’ to set', async () => {
    expect(await get(path, 'grace')).toEqual({
      project_id: 0,
      items: [],
      creation_time: '0001-01-01T00:00:00.000Z',
      update_time: '0001-01-01T00:00:00.000Z',
    });
    const body = {
      items: [{ cve_id: 'CVE-2024-3094' }, { cve_id: 'GHSA-x' }],
      expires_at: 1_900_000_000,
      project_id: 7,
    };
    expect((await core.request('PUT', path, { as: 'grace', body })).status).toBe(403);
    expect((await core.request('PUT', path, { as: 'admin', body })).status).toBe(200);
    const shown = await get(path, 'grace');
    expect(shown).toMatchObject({ project_id: 0, items: body.items, expires_at: 1_900_000_000 });
    expect(shown.update_time).toMatch(/^20\d\d-/);
    // What was read is sent back, without an end.
    expect((await core.request('PUT', path, { as: 'admin', body: { ...shown, expires_at: null } })).status).toBe(200);
    expect(await get(path, 'grace')).not.toHaveProperty('expires_at');
  });

  it.each([
    ['an item twice', { items: [{ cve_id: 'CVE-1-1' }, { cve_id: 'CVE-1-1' }] }, 400],
    ['an item without a name', { items: [{}] }, 422],
    ['an empty name', { items: [{ cve_id: '' }] }, 422],
    ['a time that is none', { expires_at: 'tomorrow' }, 422],
  ])('refuses %s', async (_what, body, status) => {
    expect((await core.request('PUT', path, { as: 'admin', body })).status).toBe(status);
  });
});

describe('the environment of core', () => {
  it('gives settings their first values', async () => {
    await core.addReplica({ NOTIFICATION_ENABLE: 'false', ROBOT_TOKEN_DURATION: '90' });
    // Set above, when everything was sent back; a row counts more than a seed.
    expect((await get('/configurations')).notification_enable).toEqual({ value: true, editable: true });
    await core.database.query(`DELETE FROM setting WHERE key = 'robot_token_duration'`);
    await put({ banner_message: '' });
    expect((await get('/configurations')).robot_token_duration).toEqual({ value: 90, editable: true });
  });

  it('keeps core from starting with values that are none', async () => {
    await expect(core.addReplica({ SESSION_TIMEOUT: 'soon' })).rejects.toThrow('SESSION_TIMEOUT: "soon" is not');
    await expect(core.addReplica({ CONFIG_OVERWRITE_JSON: '{"read_only"' })).rejects.toThrow('JSON');
  });

  it('can decide everything: CONFIG_OVERWRITE_JSON', async () => {
    await core.addReplica({ CONFIG_OVERWRITE_JSON: '{"self_registration":true}' });
    const body = await get('/configurations');
    expect(body.self_registration).toEqual({ value: true, editable: false });
    expect(body.read_only.editable).toBe(false);
    expect(await put({ read_only: true })).toMatchObject({
      status: 403,
      body: { errors: [{ code: 'FORBIDDEN', reason: 'setting.overridden' }] },
    });
    expect((await core.request('GET', '/systeminfo')).body.self_registration).toBe(true);
  });
});
