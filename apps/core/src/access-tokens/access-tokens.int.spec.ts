import { TokensService } from '@breakwater/tokens';
import { TestBrowser } from '../testing/test-browser';
import { adminPassword, password, startTestCore, type Answer, type TestCore } from '../testing/test-core';

let core: TestCore;
let alice: number;

beforeAll(async () => {
  core = await startTestCore();
  alice = await core.createUser('alice');
  await core.createUser('bob');
  await core.createProject('team');
  await core.createProject('other');
  await core.createProject('secret');
  await core.createProject('open', true);
  for (const project of ['team', 'other']) await core.addMember(project, 'alice', 1);
});
afterAll(() => core?.close());

const path = (): string => `/users/${alice}/access-tokens`;
const on = (namespace: string, ...access: string[]) => ({
  kind: namespace === '/' ? 'system' : 'project',
  namespace,
  access: access.map((name) => ({ resource: name.split(':')[0], action: name.split(':')[1] })),
});
let made = 0;
async function make(options: object = {}): Promise<{ id: number; token: string }> {
  const answer = await core.request('POST', path(), { as: 'alice', body: { name: `token-${++made}`, ...options } });
  expect(answer).toMatchObject({ status: 201 });
  return answer.body;
}
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const basic = (name: string, token: string) => ({
  headers: { authorization: `Basic ${Buffer.from(`${name}:${token}`).toString('base64')}` },
});
const pull = 'service=harbor-registry&scope=repository:team/app:pull,push';
const tokenFor = (token: string): Promise<Answer> =>
  core.request('GET', `//service/token?${pull}`, basic('alice', token));

it('are shown once, listed without themselves, and stored as a digest', async () => {
  const { id, token } = await make({ expires_at: new Date(Date.now() + 86_400_000).toISOString() });
  expect(token).toMatch(/^bwp_[A-Za-z0-9]{40}$/);
  const { body, headers } = await core.request('GET', path(), { as: 'alice' });
  expect(headers['x-total-count']).toBe('1');
  expect(body).toEqual([
    {
      id,
      name: 'token-1',
      permissions: null,
      expires_at: expect.any(String),
      last_used_time: null,
      creation_time: expect.any(String),
    },
  ]);
  const rows = await core.database.query<{ row: string }>('SELECT t::text AS row FROM access_token t');
  expect(JSON.stringify(rows)).not.toContain(token.slice(4));
});

it('stand for their owner, as a password and by themselves, until they are revoked', async () => {
  const { id, token } = await make();
  for (const credentials of [bearer(token), basic('alice', token), basic('alice@example.com', token)])
    expect((await core.request('GET', '/users/current', credentials)).body).toMatchObject({ username: 'alice' });
  expect((await core.request('GET', '/users/current', basic('bob', token))).status).toBe(401);
  const issued = (await tokenFor(token)).body.token;
  const tokens = core.app.get(TokensService, { strict: false });
  await expect(tokens.verify(issued, 'harbor-registry')).resolves.toMatchObject({
    access: [{ name: 'team/app', actions: ['pull', 'push'] }],
  });
  expect((await core.request('DELETE', `${path()}/${id}`, { as: 'alice' })).status).toBe(200);
  expect((await core.request('GET', '/users/current', bearer(token))).status).toBe(401);
  expect((await core.request('GET', '/users/current', basic('alice', token))).status).toBe(401);
  expect((await tokenFor(token)).status).toBe(401);
  await expect(tokens.verify(issued, 'harbor-registry')).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  expect((await core.request('DELETE', `${path()}/${id}`, { as: 'alice' })).status).toBe(404);
});

it('outlive a change of the password, and end with the account and with their time', async () => {
  const { token } = await make();
  const name = 'dave';
  const dave = await core.createUser(name);
  const own = await core.request('POST', `/users/${dave}/access-tokens`, { as: name, body: { name: 'cli' } });
  const asks = async () => (await core.request('GET', '/users/current', bearer(own.body.token))).status;
  const body = { old_password: password, new_password: 'Changed12' };
  await core.request('PUT', `/users/${dave}/password`, { as: name, body });
  expect(await asks()).toBe(200);
  await core.request('DELETE', `/users/${dave}`, { as: 'admin' });
  expect(await asks()).toBe(401);
  const soon = await make({ expires_at: new Date(Date.now() + 3_000).toISOString() });
  expect((await core.request('GET', '/users/current', bearer(soon.token))).status).toBe(200);
  await core.database.query('UPDATE access_token SET expiry_time = now() WHERE id = $1', [soon.id]);
  const deadline = Date.now() + 2_000;
  while ((await core.request('GET', '/users/current', bearer(soon.token))).status === 200 && Date.now() < deadline);
  expect((await core.request('GET', '/users/current', bearer(soon.token))).status).toBe(401);
  expect((await core.request('GET', '/users/current', bearer(token))).status).toBe(200);
});

it('reach no further than they were given', async () => {
  const { token } = await make({ permissions: [on('team', 'repository:pull', 'repository:list', 'project:read')] });
  const as = bearer(token);
  const status = async (method: string, url: string, body?: object) =>
    (await core.request(method, url, { ...as, body })).status;
  expect(await status('GET', '/projects/team')).toBe(200);
  expect(await status('GET', '/projects/team/repositories')).toBe(200);
  expect(await status('GET', '/projects/team/members')).toBe(403);
  expect(await status('DELETE', '/projects/team')).toBe(403);
  expect(await status('GET', '/projects/other')).toBe(403);
  // What is open to everybody is to a token as well.
  expect(await status('GET', '/projects/open')).toBe(200);
  expect(await status('POST', '/projects', { project_name: 'made-by-token' })).toBe(403);
  const names = (await core.request('GET', '/projects', as)).body.map(({ name }: { name: string }) => name);
  expect(names.sort()).toEqual(['library', 'open', 'team']);
  const issued = await core.app
    .get(TokensService, { strict: false })
    .verify((await tokenFor(token)).body.token, 'harbor-registry');
  expect(issued.access).toMatchObject([{ name: 'team/app', actions: ['pull'] }]);
});

it('give an administrator no more than they were given either', async () => {
  const permissions = [on('/', 'user:list'), on('team', 'project:read')];
  const answer = await core.request('POST', '/users/1/access-tokens', {
    as: 'admin',
    body: { name: 'ro', permissions },
  });
  const as = bearer(answer.body.token);
  const status = async (method: string, url: string) => (await core.request(method, url, as)).status;
  expect(await status('GET', '/users')).toBe(200);
  expect(await status('GET', '/projects/team')).toBe(200);
  expect(await status('GET', '/projects/other')).toBe(403);
  expect(await status('GET', '/projects/nowhere')).toBe(403);
  expect((await core.request('GET', '/permissions', as)).body).not.toHaveProperty('system');
  expect(await status('DELETE', `/users/${alice}`)).toBe(403);
  const names = (await core.request('GET', '/projects', as)).body.map(({ name }: { name: string }) => name);
  expect(names.sort()).toEqual(['library', 'open', 'team']);
});

it('do not forget that a project of the same name is another one', async () => {
  const { token } = await make({ permissions: [on('other', 'project:read')] });
  expect((await core.request('GET', '/projects/other', bearer(token))).status).toBe(200);
  await core.request('DELETE', '/projects/other', { as: 'admin' });
  await core.createProject('other');
  await core.addMember('other', 'alice', 1);
  expect((await core.request('GET', '/projects/other', bearer(token))).status).toBe(403);
});

it('do not change the account that they belong to', async () => {
  const { token } = await make();
  const as = bearer(token);
  const change = { old_password: password, new_password: 'Changed12' };
  for (const [method, url, body] of [
    ['PUT', `/users/${alice}/password`, change],
    ['PUT', `/users/${alice}`, { email: 'a@example.com', realname: 'a', comment: '' }],
    ['POST', path(), { name: 'child' }],
    ['DELETE', `${path()}/1`, undefined],
  ] as const)
    expect((await core.request(method, url, { ...as, body })).status).toBe(403);
  expect((await core.request('GET', path(), as)).status).toBe(200);
});

it.each([
  ['no name', { name: '' }, 400],
  ['no end that was', { name: 'x', expires_at: '2001-01-01T00:00:00Z' }, 400],
  ['no end that is no time', { name: 'x', expires_at: 'soon' }, 422],
  ['no empty permissions', { name: 'x', permissions: [] }, 400],
  ['no unknown permission', { name: 'x', permissions: [on('team', 'project:burn')] }, 400],
  ['no project that is not there', { name: 'x', permissions: [on('nowhere', 'project:read')] }, 403],
  ['no project that is not to be seen', { name: 'x', permissions: [on('secret', 'project:read')] }, 403],
  ['the name once', { name: 'token-1' }, 409],
])('take %s', async (_what, body, status) => {
  expect((await core.request('POST', path(), { as: 'alice', body })).status).toBe(status);
});

it('are made by their owner alone, and revoked by administrators too', async () => {
  const { id, token } = await make();
  for (const as of ['bob', 'admin'])
    expect((await core.request('POST', path(), { as, body: { name: 'theirs' } })).status).toBe(403);
  expect((await core.request('GET', path(), { as: 'bob' })).status).toBe(403);
  expect((await core.request('DELETE', `${path()}/${id}`, { as: 'bob' })).status).toBe(403);
  expect((await core.request('DELETE', `/users/1/access-tokens/${id}`, { as: 'admin' })).status).toBe(404);
  expect((await core.request('DELETE', `${path()}/${id}`, { as: 'admin' })).status).toBe(200);
  expect((await core.request('GET', '/users/current', bearer(token))).status).toBe(401);
});

it('are refused on open routes too when they are wrong', async () => {
  const wrong = `bwp_${'A'.repeat(40)}`;
  expect((await core.request('GET', '/ping', bearer(wrong))).status).toBe(401);
  const page = new TestBrowser(core);
  await page.login('admin', adminPassword);
  expect((await page.request('GET', '/ping', bearer(wrong))).status).toBe(401);
});
