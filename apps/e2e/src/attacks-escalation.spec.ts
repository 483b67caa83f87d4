import { Api, Role } from './support/api';
import { openProject, type ProjectFixture, unique } from './support/fixtures';
import { type Credentials, expectStatus, send } from './support/http';
import { fetchToken } from './support/registry';

jest.setTimeout(60_000);

let fixture: ProjectFixture;
let api: Api;
let other: string;
const as = (who: Credentials): Api => new Api(fixture.platform, who);

beforeAll(async () => {
  fixture = await openProject('climbing');
  ({ api } = fixture);
  other = unique('not-mine');
  await api.createProject(other);
});

describe('a robot', () => {
  const access = (...names: string[]) =>
    names.map((name) => ({ resource: name.split(':')[0], action: name.split(':')[1] }));
  const body = (namespace: string, ...names: string[]) => ({
    name: unique('ci'),
    level: 'project',
    duration: -1,
    permissions: [{ kind: 'project', namespace, access: access(...names) }],
  });
  async function make(creator: Api, robot: object): Promise<Credentials & { id: number }> {
    const made = expectStatus(await creator.call('POST', '/robots', robot), 201);
    const { id, name, secret } = made.json<{ id: number; name: string; secret: string }>();
    return { id, username: name, password: secret };
  }

  it('makes no robot that may more than it does, anywhere else, or over others', async () => {
    const { project } = fixture;
    const maker = await make(api, body(project, 'robot:create', 'robot:read', 'repository:pull'));
    const child = await make(as(maker), body(project, 'repository:pull'));
    expectStatus(await as(maker).call('GET', `/robots/${child.id}`), 200);
    const deny = { ...access('repository:push')[0], effect: 'deny' };
    const attempts: [object, number][] = [
      [body(project, 'repository:push'), 403],
      [body(project, 'repository:pull', 'member:create'), 403],
      [body(other, 'repository:pull'), 403],
      [body('*', 'repository:pull'), 403],
      [{ ...body(project, 'repository:pull'), level: 'system' }, 403],
      [
        {
          ...body(project, 'user:list'),
          level: 'system',
          permissions: [{ kind: 'system', namespace: '/', access: access('user:list') }],
        },
        403,
      ],
      [
        {
          ...body(project),
          permissions: [{ kind: 'project', namespace: project, access: [deny, ...access('tag:delete')] }],
        },
        403,
      ],
      [
        {
          ...body(project),
          permissions: [...body(project, 'repository:pull').permissions, ...body(other, 'repository:pull').permissions],
        },
        400,
      ],
    ];
    for (const [robot, status] of attempts)
      expect([robot, (await as(maker).call('POST', '/robots', robot)).status]).toEqual([robot, status]);
    // Not by changing one afterwards either: no robot may.
    const more = { ...body(project, 'repository:push'), name: child.username };
    expectStatus(await as(maker).call('PUT', `/robots/${child.id}`, more), 403);
    expectStatus(await as(maker).call('PATCH', `/robots/${child.id}`, { secret: 'Passw0rd1' }), 403);
    expectStatus(await as(maker).call('PUT', `/robots/${maker.id}`, { ...more, name: maker.username }), 403);
  });

  it('changes neither level nor project nor secret with fields of its own', async () => {
    const { project } = fixture;
    const boss = await api.createMember(project, unique('boss'), Role.projectAdmin);
    const robot = await make(as(boss), body(project, 'repository:pull'));
    const path = `/robots/${robot.id}`;
    const shown = await as(boss).get<Record<string, unknown>>(path);
    for (const change of [
      { level: 'system' },
      { level: 'system', permissions: [{ kind: 'system', namespace: '/', access: access('user:update') }] },
      { permissions: body(other, 'repository:pull').permissions },
      { permissions: body('*', 'repository:pull').permissions },
      { name: 'robot$admin' },
    ])
      expectStatus(await as(boss).call('PUT', path, { ...shown, ...change }), 400);
    const harmless = {
      id: 1,
      secret: 'Passw0rd1',
      creator_ref: 1,
      creator_type: 'local',
      editable: false,
      expires_at: 1,
    };
    expectStatus(await as(boss).call('PUT', path, { ...shown, ...harmless }), 200);
    expect(await as(boss).get(path)).toMatchObject({ id: robot.id, expires_at: -1, creator_ref: shown.creator_ref });
    expectStatus(await as({ ...robot, password: 'Passw0rd1' }).call('GET', '/statistics'), 401);
    expectStatus(await as(robot).call('GET', '/statistics'), 200);
  });

  it('is no way for a project administrator into the system', async () => {
    const boss = await api.createMember(fixture.project, unique('boss'), Role.projectAdmin);
    const system = { kind: 'system', namespace: '/', access: access('user:update') };
    for (const robot of [
      { ...body(fixture.project), level: 'system', permissions: [system] },
      { ...body(fixture.project), permissions: [system] },
      { ...body(fixture.project), permissions: body('*', 'repository:pull').permissions },
      body(other, 'repository:pull'),
      { ...body(fixture.project, 'repository:pull'), level: 'SYSTEM' },
      // Past the trust policy of their project they may send robots (ADR 0035), of no other.
      body(other, 'repository:scanner-pull'),
    ])
      expect([400, 403]).toContain((await as(boss).call('POST', '/robots', robot)).status);
  });
});

describe('people and their tokens', () => {
  it('climb by no member, role or group', async () => {
    const { project, maintainer, developer } = fixture;
    const members = `/projects/${project}/members`;
    const [{ id }] = await api.get<[{ id: number }]>(`${members}?entityname=${maintainer.username}`);
    for (const who of [maintainer, developer]) {
      expectStatus(await as(who).call('PUT', `${members}/${id}`, { role_id: Role.projectAdmin }), 403);
      const body = { role_id: Role.projectAdmin, member_user: { username: fixture.stranger.username } };
      expectStatus(await as(who).call('POST', members, body), 403);
      expectStatus(
        await as(who).call('POST', members, { role_id: 1, member_group: { group_name: 'x', group_type: 3 } }),
        403,
      );
      expectStatus(await as(who).call('DELETE', `${members}/${id}`), 403);
    }
    // A member's id of another project is none of this one's.
    const boss = await api.createMember(other, unique('boss'), Role.projectAdmin);
    expectStatus(await as(boss).call('PUT', `/projects/${other}/members/${id}`, { role_id: 1 }), 404);
    expectStatus(await as(boss).call('DELETE', `/projects/${other}/members/${id}`), 404);
  });

  it('change no other account, and their own password only with the old one', async () => {
    const victim = await as(fixture.maintainer).userId();
    const { developer } = fixture;
    const new_password = 'Stolen123';
    for (const body of [
      { new_password },
      { old_password: developer.password, new_password },
      { old_password: fixture.maintainer.password, new_password },
    ])
      expectStatus(await as(developer).call('PUT', `/users/${victim}/password`, body), 403);
    const own = `/users/${await as(developer).userId()}/password`;
    for (const old_password of [undefined, '', 'Wrong1234', fixture.maintainer.password])
      expectStatus(await as(developer).call('PUT', own, { old_password, new_password }), 403);
    expectStatus(await as(fixture.maintainer).call('GET', '/users/current'), 200);
  });

  it('get no more out of a token than it says: no token, robot, password, role or session', async () => {
    const { project } = fixture;
    const boss = await api.createMember(project, unique('boss'), Role.projectAdmin);
    const id = await as(boss).userId();
    const tokens = `/users/${id}/access-tokens`;
    const permissions = [{ kind: 'project', namespace: project, access: [{ resource: 'repository', action: 'pull' }] }];
    const { token } = expectStatus(await as(boss).call('POST', tokens, { name: 'narrow', permissions }), 201).json<{
      token: string;
    }>();
    const narrow = { username: boss.username, password: token };
    const robot = { name: 'ci', level: 'project', duration: -1, permissions };
    for (const [method, path, body] of [
      ['POST', tokens, { name: 'wide' }],
      ['POST', '/robots', robot],
      ['PUT', `/users/${id}/password`, { old_password: boss.password, new_password: 'Stolen123' }],
      ['PUT', `/users/${id}`, { email: 'x@example.org', realname: 'x' }],
      ['POST', `/projects/${project}/members`, { role_id: 1, member_user: { username: fixture.stranger.username } }],
      ['POST', '/projects', { project_name: unique('made') }],
      ['DELETE', `/users/${id}/sessions`, undefined],
    ] as const)
      expect([path, (await as(narrow).call(method, path, body)).status]).toEqual([path, 403]);
    const wanted = `repository:${project}/app:pull,push,delete`;
    const answer = expectStatus(await fetchToken(fixture.platform.httpUrl, wanted, narrow), 200);
    const payload = answer.json<{ token: string }>().token.split('.')[1] ?? '';
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
      access: [{ name: `${project}/app`, actions: ['pull'] }],
    });
    // Nobody signs in with it, and it opens no session.
    const { status } = await send(`${fixture.platform.httpUrl}/api/v2.0/users/current`, {
      headers: { cookie: `sid=${token}` },
    });
    expect(status).toBe(401);
  });
});
