import { password, startTestCore, type TestCore } from '../testing/test-core';

let core: TestCore;
let team: number;

beforeAll(async () => {
  core = await startTestCore();
  for (const name of ['alice', 'bob']) await core.createUser(name);
  team = await core.createProject('team');
  await core.createProject('other');
  await core.addMember('team', 'alice', 1);
});
afterAll(() => core?.close());

const on = (namespace: string, ...permissions: string[]) => ({
  kind: namespace === '/' ? 'system' : 'project',
  namespace,
  access: permissions.map((permission) => ({ resource: permission.split(':')[0], action: permission.split(':')[1] })),
});
const input = (facts: object = {}) => ({
  name: 'ci',
  level: 'project',
  duration: 30,
  description: 'builds',
  permissions: [on('team', 'repository:pull')],
  ...facts,
});

it('a project administrator makes a robot, reads it, changes it, refreshes it and deletes it', async () => {
  const created = await core.request('POST', '/robots', { as: 'alice', body: input() });
  expect(created.status).toBe(201);
  expect(created.headers.location).toBe(`/api/v2.0/robots/${created.body.id}`);
  expect(created.body).toEqual({
    id: expect.any(Number),
    name: 'robot$team+ci',
    secret: expect.stringMatching(/^\w{32}$/),
    creation_time: expect.any(String),
    expires_at: expect.any(Number),
  });

  const path = `/robots/${created.body.id}`;
  const shown = await core.request('GET', path, { as: 'alice' });
  expect(shown.body).toEqual({
    id: created.body.id,
    name: 'robot$team+ci',
    description: 'builds',
    level: 'project',
    duration: 30,
    editable: true,
    disable: false,
    expires_at: created.body.expires_at,
    permissions: [
      { kind: 'project', namespace: 'team', access: [{ resource: 'repository', action: 'pull', effect: 'allow' }] },
    ],
    creator_type: 'local',
    creator_ref: expect.any(Number),
    expiry_warning: 'none',
    last_used_time: null,
    previous_secret_until: null,
    creation_time: created.body.creation_time,
    update_time: expect.any(String),
  });

  // Clients send back what they read.
  const changed = { ...shown.body, description: 'deploys', disable: true, duration: -1 };
  await expect(core.request('PUT', path, { as: 'alice', body: changed })).resolves.toMatchObject({
    status: 200,
    body: undefined,
  });
  await expect(core.request('GET', path, { as: 'alice' })).resolves.toMatchObject({
    body: { description: 'deploys', disable: true, duration: -1, expires_at: -1 },
  });

  const refreshed = await core.request('PATCH', path, { as: 'alice', body: { secret: '' } });
  expect(refreshed).toMatchObject({ status: 200, body: { secret: expect.stringMatching(/^\w{32}$/) } });
  await expect(core.request('PATCH', path, { as: 'alice', body: { secret: password } })).resolves.toMatchObject({
    status: 200,
    body: {},
  });
  await expect(core.request('PATCH', path, { as: 'alice', body: { secret: 'weak' } })).resolves.toMatchObject({
    status: 400,
  });

  await expect(core.request('DELETE', path, { as: 'alice' })).resolves.toMatchObject({ status: 200 });
  await expect(core.request('GET', path, { as: 'alice' })).resolves.toMatchObject({ status: 404 });
});

it('a secret is rotated while the old one is good for a while', async () => {
  const { body: robot } = await core.request('POST', '/robots', { as: 'alice', body: input({ name: 'rotated' }) });
  const path = `/robots/${robot.id}`;
  const status = async (secret: string) => {
    const authorization = `Basic ${Buffer.from(`${robot.name}:${secret}`).toString('base64')}`;
    return (await core.request('GET', '/ping', { headers: { authorization } })).status;
  };
  for (const hours of ['-1', '721', '1.5', 'day'])
    expect((await core.request('PATCH', `${path}?overlap_hours=${hours}`, { as: 'alice', body: {} })).status).toBe(422);
  const { body: second } = await core.request('PATCH', `${path}?overlap_hours=24`, { as: 'alice', body: {} });
  expect([await status(robot.secret), await status(second.secret)]).toEqual([200, 200]);
  const { body: shown } = await core.request('GET', path, { as: 'alice' });
  const hours = (Date.parse(shown.previous_secret_until) - Date.now()) / 3_600_000;
  expect(Math.round(hours)).toBe(24);
  const { body: third } = await core.request('PATCH', path, { as: 'alice', body: {} });
  expect(await Promise.all([robot, second, third].map(({ secret }) => status(secret)))).toEqual([401, 401, 200]);
  await core.request('DELETE', path, { as: 'alice' });
});

it('a project administrator makes robots for nothing else', async () => {
  await expect(
    core.request('POST', '/robots', { as: 'alice', body: input({ permissions: [on('other', 'tag:list')] }) }),
  ).resolves.toMatchObject({ status: 403 });
  await expect(
    core.request('POST', '/robots', { as: 'alice', body: input({ level: 'system' }) }),
  ).resolves.toMatchObject({ status: 403 });
  await expect(core.request('POST', '/robots', { as: 'bob', body: input() })).resolves.toMatchObject({ status: 403 });
  await expect(
    core.request('POST', '/robots', {
      as: 'alice',
      body: input({ permissions: [on('team', 'tag:list'), on('other', 'tag:list')] }),
    }),
  ).resolves.toMatchObject({ status: 400 });
  await expect(
    core.request('POST', '/robots', { as: 'alice', body: input({ permissions: [on('nowhere', 'tag:list')] }) }),
  ).resolves.toMatchObject({ status: 403 });
  await expect(
    core.request('POST', '/robots', { as: 'admin', body: input({ permissions: [on('nowhere', 'tag:list')] }) }),
  ).resolves.toMatchObject({ status: 404 });
});

it.each([
  ['no body', {}, 403],
  ['no permission', { level: 'project', name: 'x', duration: -1 }, 400],
  ['a text as duration', input({ duration: 'long' }), 422],
  ['a duration of 0', input({ duration: 0 }), 400],
  ['a level that is none', input({ level: 'world' }), 403],
])('refuses %s', async (_what, body, status) => {
  await expect(core.request('POST', '/robots', { as: 'alice', body })).resolves.toMatchObject({ status });
});

it('a name is taken once in a project', async () => {
  await expect(core.request('POST', '/robots', { as: 'alice', body: input({ name: 'twice' }) })).resolves.toMatchObject(
    { status: 201 },
  );
  await expect(core.request('POST', '/robots', { as: 'alice', body: input({ name: 'twice' }) })).resolves.toMatchObject(
    { status: 409 },
  );
});

it('a robot makes robots within what it holds (403 DENIED beyond)', async () => {
  const maker = input({
    name: 'maker',
    secret: password,
    permissions: [on('team', 'robot:create', 'repository:pull')],
  });
  await expect(core.request('POST', '/robots', { as: 'alice', body: maker })).resolves.toMatchObject({ status: 201 });
  const as = 'robot$team+maker';
  await expect(core.request('POST', '/robots', { as, body: input({ name: 'child' }) })).resolves.toMatchObject({
    status: 201,
  });
  await expect(
    core.request('POST', '/robots', {
      as,
      body: input({ name: 'greedy', permissions: [on('team', 'repository:push')] }),
    }),
  ).resolves.toMatchObject({ status: 403, body: { errors: [{ code: 'DENIED' }] } });
  await expect(
    core.request('POST', '/robots', {
      as,
      body: input({ name: 'escaped', permissions: [on('other', 'repository:pull')] }),
    }),
  ).resolves.toMatchObject({ status: 403 });
});

describe('GET /robots', () => {
  it('lists the robots of the system, or of one project', async () => {
    const system = {
      name: 'deploy',
      level: 'system',
      duration: -1,
      permissions: [on('/', 'user:list'), on('*', 'repository:pull')],
    };
    await expect(core.request('POST', '/robots', { as: 'admin', body: system })).resolves.toMatchObject({
      status: 201,
      body: { name: 'robot$deploy', expires_at: -1 },
    });
    const ofSystem = await core.request('GET', '/robots', { as: 'admin' });
    expect(ofSystem.headers['x-total-count']).toBe('1');
    expect(ofSystem.body[0]).toMatchObject({
      name: 'robot$deploy',
      level: 'system',
      permissions: [
        { kind: 'system', namespace: '/' },
        { kind: 'project', namespace: '*' },
      ],
    });
    await expect(core.request('GET', '/robots?q=Level%3Dsystem', { as: 'admin' })).resolves.toMatchObject({
      body: [{ name: 'robot$deploy' }],
    });

    const ofTeam = await core.request('GET', `/robots?q=Level%3Dproject%2CProjectID%3D${team}%2Cname%3D~twi`, {
      as: 'alice',
    });
    expect(ofTeam).toMatchObject({ status: 200, body: [{ name: 'robot$team+twice', level: 'project' }] });
  });

  it.each([
    ['Level=world', 400],
    ['Level=project', 400],
    ['Level=project,ProjectID=team', 400],
    ['Level=project,ProjectID=0', 400],
    ['Level=~project', 400],
    ['Level=project,ProjectID=999999', 403],
  ])('%s is %i', async (q, status) => {
    await expect(core.request('GET', `/robots?q=${encodeURIComponent(q)}`, { as: 'alice' })).resolves.toMatchObject({
      status,
    });
  });
});

describe('GET /permissions', () => {
  it('shows administrators of the system both catalogues, of projects one', async () => {
    const all = await core.request('GET', '/permissions', { as: 'admin' });
    expect(all.body.system).toContainEqual({ resource: 'user-group', action: 'create' });
    expect(all.body.project).toContainEqual({ resource: 'repository', action: 'push' });
    const own = await core.request('GET', '/permissions', { as: 'alice' });
    expect(own.body).toEqual({ project: all.body.project });
    await expect(core.request('GET', '/permissions', { as: 'bob' })).resolves.toMatchObject({ status: 403 });
  });
});

it('a deleted project takes its robots along', async () => {
  await core.createProject('fleeting');
  const own = await core.request('POST', '/robots', {
    as: 'admin',
    body: input({ name: 'ci', secret: password, permissions: [on('fleeting', 'repository:pull')] }),
  });
  await core.request('POST', '/robots', {
    as: 'admin',
    body: input({
      name: 'visitor',
      level: 'system',
      secret: password,
      permissions: [on('fleeting', 'artifact:list'), on('team', 'artifact:list')],
    }),
  });
  await expect(core.request('DELETE', '/projects/fleeting', { as: 'admin' })).resolves.toMatchObject({ status: 200 });
  await expect(core.request('GET', `/robots/${own.body.id}`, { as: 'admin' })).resolves.toMatchObject({ status: 404 });
  await core.createProject('fleeting');
  await expect(core.request('GET', '/projects/fleeting/artifacts', { as: 'robot$visitor' })).resolves.toMatchObject({
    status: 403,
  });
  await expect(core.request('GET', '/projects/team/artifacts', { as: 'robot$visitor' })).resolves.toMatchObject({
    status: 200,
  });
});
