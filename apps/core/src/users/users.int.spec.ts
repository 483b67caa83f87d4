import { UsersService } from '@breakwater/identity';
import { Database } from '@breakwater/platform';
import { password, startTestCore, type TestCore } from '../testing/test-core';

let core: TestCore;
const ids: Record<string, number> = {};

beforeAll(async () => {
  core = await startTestCore();
  for (const name of ['alice', 'bob', 'carol']) ids[name] = await core.createUser(name);
  await core.createProject('team');
  await core.addMember('team', 'alice', 1);
  await core.addMember('team', 'bob', 5);
});
afterAll(() => core?.close());

const basic = (name: string, secret: string) => ({
  headers: { authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}` },
});

describe('GET /users', () => {
  it('lists accounts as Harbor shows them', async () => {
    const { status, headers, body } = await core.request('GET', '/users?q=username%3Dalice', { as: 'admin' });
    expect(status).toBe(200);
    expect(headers['x-total-count']).toBe('1');
    expect(body).toEqual([
      {
        user_id: ids.alice,
        username: 'alice',
        email: 'alice@example.com',
        realname: 'alice',
        comment: '',
        sysadmin_flag: false,
        admin_role_in_auth: false,
        creation_time: expect.stringMatching(/^\d{4}-.*Z$/),
        update_time: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    ]);
  });

  it('has pages with links, sorting, and the filters of old', async () => {
    const first = await core.request('GET', '/users?page_size=2&sort=-username', { as: 'admin' });
    expect(first.body.map((user: { username: string }) => user.username)).toEqual(['carol', 'bob']);
    expect(first.headers['x-total-count']).toBe('4');
    expect(first.headers.link).toBe('</api/v2.0/users?page=2&page_size=2&sort=-username>; rel="next"');
    const legacy = await core.request('GET', '/users?email=ALICE', { as: 'admin' });
    expect(legacy.headers['x-total-count']).toBe('1');
  });

  it.each(['page_size=101', 'page=0', 'page=x'])('refuses %s', async (query) => {
    await expect(core.request('GET', `/users?${query}`, { as: 'admin' })).resolves.toMatchObject({
      status: 422,
      body: { errors: [{ code: 'UNPROCESSABLE_ENTITY' }] },
    });
  });

  it('refuses a malformed q', async () => {
    await expect(core.request('GET', '/users?q=username', { as: 'admin' })).resolves.toMatchObject({ status: 400 });
  });
});

describe('POST /users', () => {
  it('answers 201 with the place, and 409 for a taken name', async () => {
    const body = { username: 'dora', email: 'dora@example.com', realname: 'Dora', password, comment: 'hi' };
    const created = await core.request('POST', '/users', { as: 'admin', body });
    expect(created).toMatchObject({ status: 201, body: undefined });
    expect(created.headers.location).toMatch(/^\/api\/v2\.0\/users\/\d+$/);
    expect(created.headers['x-request-id']).toBeDefined();
    await expect(core.request('POST', '/users', { as: 'admin', body })).resolves.toMatchObject({
      status: 409,
      body: { errors: [{ code: 'CONFLICT' }] },
    });
    await expect(core.request('GET', '/users/current', { as: 'dora' })).resolves.toMatchObject({
      status: 200,
      body: { username: 'dora' },
    });
  });

  it.each([
    ['a weak password', { password: 'password' }, 400],
    ['no address', { email: undefined }, 400],
    ['a number as name', { username: 7 }, 422],
    ['a name too long', { username: 'a'.repeat(256) }, 422],
  ])('refuses %s', async (_what, facts, status) => {
    const body = { username: 'refused', email: 'refused@example.com', realname: 'R', password, ...facts };
    await expect(core.request('POST', '/users', { as: 'admin', body })).resolves.toMatchObject({ status });
  });

  it.each([
    ['form data', 'application/x-www-form-urlencoded', 'a=b', 415],
    ['text', 'text/plain', '{}', 415],
    ['no type', '', '{}', 415],
    ['half of an object', 'application/json', '{"username":', 400],
    ['a poisoned prototype', 'application/json', '{"__proto__": {"admin": true}}', 400],
    ['a list', 'application/json', '[]', 422],
    ['null', 'application/json', 'null', 422],
    ['nothing', 'application/json', '', 422],
  ])('refuses %s', async (_what, type, body, status) => {
    await expect(
      core.request('POST', '/users', { as: 'admin', body, headers: { 'content-type': type } }),
    ).resolves.toMatchObject({ status });
  });
});

describe('passwords', () => {
  it('are hashed while no connection to the database is held', async () => {
    const database = core.app.get(Database, { strict: false });
    const held: boolean[] = [];
    const users = core.app.get(UsersService, { strict: false });
    const hasher = Reflect.get(users, 'hasher') as { hash: (text: string) => Promise<string> };
    const hash = hasher.hash.bind(hasher);
    jest.spyOn(hasher, 'hash').mockImplementation((text) => {
      held.push(isInTransaction(database));
      return hash(text);
    });
    const body = { username: 'erin', email: 'erin@example.com', realname: 'Erin', password };
    const { headers } = await core.request('POST', '/users', { as: 'admin', body });
    const path = `${headers.location!.replace('/api/v2.0', '')}/password`;
    const changed = await core.request('PUT', path, { as: 'admin', body: { new_password: 'Changed12' } });
    expect(changed.status).toBe(200);
    expect(held).toEqual([false, false]);
    jest.restoreAllMocks();
  });

  function isInTransaction(database: Database): boolean {
    try {
      database.afterTransaction({ committed: () => Promise.resolve() });
      return true;
    } catch {
      return false;
    }
  }
});

describe("one's own account", () => {
  it("can be read and changed, others' not", async () => {
    await expect(core.request('GET', `/users/${ids.carol}`, { as: 'carol' })).resolves.toMatchObject({
      status: 200,
      body: { username: 'carol' },
    });
    await expect(core.request('GET', `/users/${ids.bob}`, { as: 'carol' })).resolves.toMatchObject({ status: 403 });
    const profile = { email: 'carol@new.example.com', realname: 'Carol C', comment: 'me' };
    await expect(core.request('PUT', `/users/${ids.carol}`, { as: 'carol', body: profile })).resolves.toMatchObject({
      status: 200,
      body: undefined,
    });
    await expect(core.request('GET', '/users/current', { as: 'carol' })).resolves.toMatchObject({ body: profile });
    await expect(core.request('PUT', `/users/${ids.bob}`, { as: 'carol', body: profile })).resolves.toMatchObject({
      status: 403,
    });
  });

  it('changes its password with the old one only', async () => {
    const change = (as: string, id: number | undefined, body: object) =>
      core.request('PUT', `/users/${id}/password`, { as, body });
    await expect(
      change('carol', ids.carol, { old_password: 'Wrong1234', new_password: 'Changed12' }),
    ).resolves.toMatchObject({ status: 403 });
    await expect(change('carol', ids.carol, { new_password: 'Changed12' })).resolves.toMatchObject({ status: 403 });
    await expect(
      change('carol', ids.bob, { old_password: password, new_password: 'Changed12' }),
    ).resolves.toMatchObject({ status: 403 });
    await expect(change('carol', ids.carol, { old_password: password, new_password: 'weak' })).resolves.toMatchObject({
      status: 400,
    });
    await expect(change('carol', ids.carol, { old_password: password, new_password: password })).resolves.toMatchObject(
      { status: 400 },
    );
    await expect(
      change('carol', ids.carol, { old_password: password, new_password: 'Changed12' }),
    ).resolves.toMatchObject({ status: 200 });
    await expect(core.request('GET', '/users/current', { as: 'carol' })).resolves.toMatchObject({ status: 401 });
    await expect(core.request('GET', '/users/current', basic('carol', 'Changed12'))).resolves.toMatchObject({
      status: 200,
    });
    await expect(change('admin', ids.carol, { new_password: password })).resolves.toMatchObject({ status: 200 });
    await expect(core.request('GET', '/users/current', { as: 'carol' })).resolves.toMatchObject({ status: 200 });
  });

  it('is guessed here as slowly as at the front door', async () => {
    const id = await core.createUser('guessed');
    const change = (old_password: string) =>
      core.request('PUT', `/users/${id}/password`, {
        as: 'guessed',
        body: { old_password, new_password: 'Changed12' },
      });
    for (let guess = 0; guess < 5; guess++) expect((await change(`Wrong123${guess}`)).status).toBe(403);
    await expect(change(password)).resolves.toMatchObject({
      status: 429,
      body: { errors: [{ reason: 'login.throttled' }] },
    });
  });

  it('cannot make itself an administrator', async () => {
    await expect(
      core.request('PUT', `/users/${ids.carol}/sysadmin`, { as: 'carol', body: { sysadmin_flag: true } }),
    ).resolves.toMatchObject({ status: 403 });
  });
});

describe('administrators', () => {
  it('are made and unmade at once', async () => {
    await expect(
      core.request('PUT', `/users/${ids.bob}/sysadmin`, { as: 'admin', body: { sysadmin_flag: true } }),
    ).resolves.toMatchObject({ status: 200 });
    await expect(core.request('GET', '/users', { as: 'bob' })).resolves.toMatchObject({ status: 200 });
    await expect(core.request('DELETE', `/users/${ids.bob}`, { as: 'bob' })).resolves.toMatchObject({ status: 403 });
    await expect(core.request('DELETE', '/users/1', { as: 'bob' })).resolves.toMatchObject({ status: 403 });
    await expect(
      core.request('PUT', `/users/${ids.bob}/sysadmin`, { as: 'admin', body: { sysadmin_flag: false } }),
    ).resolves.toMatchObject({ status: 200 });
    await expect(core.request('GET', '/users', { as: 'bob' })).resolves.toMatchObject({ status: 403 });
  });

  it('delete accounts, which are nobody from then on', async () => {
    const id = await core.createUser('leaver');
    await expect(core.request('GET', '/users/current', { as: 'leaver' })).resolves.toMatchObject({ status: 200 });
    await expect(core.request('DELETE', `/users/${id}`, { as: 'admin' })).resolves.toMatchObject({ status: 200 });
    await expect(core.request('GET', '/users/current', { as: 'leaver' })).resolves.toMatchObject({ status: 401 });
    await expect(core.request('GET', `/users/${id}`, { as: 'admin' })).resolves.toMatchObject({ status: 404 });
    await expect(core.request('DELETE', `/users/${id}`, { as: 'admin' })).resolves.toMatchObject({ status: 404 });
  });
});

describe('GET /users/search', () => {
  it('shows ids and names alone', async () => {
    await expect(core.request('GET', '/users/search?username=ali', { as: 'bob' })).resolves.toMatchObject({
      status: 200,
      body: [{ user_id: ids.alice, username: 'alice' }],
    });
    const { body } = await core.request('GET', '/users/search?username=ali', { as: 'bob' });
    expect(Object.keys(body[0]).sort()).toEqual(['user_id', 'username']);
    // Clients of Harbor leave the name out to see everybody.
    const all = await core.request('GET', '/users/search', { as: 'bob' });
    expect(all).toMatchObject({ status: 200, body: expect.arrayContaining(body) });
  });
});

describe('what no column can hold', () => {
  it.each([
    '/users/search?username=%00',
    '/users?email=%00',
    '/users?q=creation_time%3D%5B0000-01-01T00%3A00%3A00~%5D',
    '/robots?q=duration%3D99999999999',
    '/users/9007199254740993',
  ])('%s is refused, not a failure of ours', async (path) => {
    const { status } = await core.request('GET', path, { as: 'admin' });
    expect([200, 400, 404, 422]).toContain(status);
  });

  it('NUL in a text is refused', async () => {
    const permissions = [{ kind: 'system', namespace: '/', access: [{ resource: 'user', action: 'list' }] }];
    const body = { name: 'nul', level: 'system', duration: -1, description: 'a\0b', permissions };
    await expect(core.request('POST', '/robots', { as: 'admin', body })).resolves.toMatchObject({ status: 400 });
    await expect(core.request('GET', '/users/search?username=%00', { as: 'admin' })).resolves.toMatchObject({
      status: 400,
    });
  });
});

describe('GET /users/current/permissions', () => {
  const held = async (as: string, query: string): Promise<string[]> => {
    const { body } = await core.request('GET', `/users/current/permissions${query}`, { as });
    return body.map(({ resource, action }: { resource: string; action: string }) => `${resource}:${action}`);
  };

  it('names what the caller may do in a project', async () => {
    const [project] = await core.database.query<{ id: number }>(`SELECT id FROM project WHERE name = 'team'`);
    const limitedGuest = [
      '.:read',
      'quota:read',
      'repository:read',
      'repository:list',
      'repository:pull',
      'configuration:read',
      'scan:read',
      'sbom:read',
      'scanner:read',
    ];
    limitedGuest.push('artifact:read', 'artifact:list', 'artifact-addition:read', 'tag:list', 'accessory:list');
    expect((await held('bob', `?scope=/project/${project?.id}&relative=true`)).sort()).toEqual(limitedGuest.sort());
    expect(await held('bob', `?scope=/project/${project?.id}`)).toContain(`/project/${project?.id}/repository:pull`);
    expect(await held('bob', `?scope=/project/${project?.id}`)).toContain(`/project/${project?.id}:read`);
    expect(await held('alice', `?scope=/project/${project?.id}&relative=true`)).toHaveLength(75);
    expect(await held('carol', `?scope=/project/${project?.id}&relative=true`)).toEqual([]);
  });

  it('and in the system', async () => {
    expect(await held('bob', '?scope=/system&relative=true')).toEqual([]);
    expect(await held('admin', '?scope=/system&relative=true')).toEqual(
      expect.arrayContaining(['user:list', 'configuration:update']),
    );
    expect(await held('admin', '')).toEqual([]);
    expect(await held('admin', '?scope=/project/999999')).toEqual([]);
  });
});

it('nobody has a CLI secret where people are not of OIDC', async () => {
  const path = `/users/${await core.createUser('cli')}/cli_secret`;
  const body = { secret: 'Passw0rd1' };
  expect((await core.request('PUT', path, { body })).status).toBe(401);
  expect((await core.request('PUT', path, { as: 'bob', body })).status).toBe(403);
  for (const as of ['cli', 'admin'])
    await expect(core.request('PUT', path, { as, body })).resolves.toMatchObject({
      status: 412,
      body: { errors: [{ code: 'PRECONDITION', reason: 'user.cli-secret.none' }] },
    });
  expect((await core.request('PUT', '/users/999999/cli_secret', { as: 'admin', body })).status).toBe(404);
});

it('a robot has no user behind it', async () => {
  const body = {
    name: 'ci',
    level: 'system',
    duration: -1,
    secret: password,
    permissions: [{ kind: 'system', namespace: '/', access: [{ resource: 'user', action: 'list' }] }],
  };
  await core.request('POST', '/robots', { as: 'admin', body });
  await expect(core.request('GET', '/users/current', { as: 'robot$ci' })).resolves.toMatchObject({
    status: 412,
    body: { errors: [{ code: 'PRECONDITION' }] },
  });
  await expect(core.request('GET', '/users', { as: 'robot$ci' })).resolves.toMatchObject({ status: 200 });
  await expect(core.request('POST', '/users', { as: 'robot$ci', body: {} })).resolves.toMatchObject({ status: 403 });
});
