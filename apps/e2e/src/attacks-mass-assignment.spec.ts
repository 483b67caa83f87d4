import { Api, Role } from './support/api';
import { openProject, type ProjectFixture, unique } from './support/fixtures';
import { type Answer, basic, type Credentials, expectStatus, send } from './support/http';

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

/** Sent exactly as written: JSON.stringify would drop `__proto__`. */
function post(path: string, who: Credentials, body: string, method = 'POST'): Promise<Answer> {
  const headers = { authorization: basic(who), 'content-type': 'application/json' };
  return send(`${fixture.platform.httpUrl}/api/v2.0${path}`, { method, headers, body });
}

describe('fields that are not for who sends them', () => {
  it('make nobody an administrator, and give nobody another account', async () => {
    const username = unique('climber');
    const body = {
      ...{ username, password: 'Passw0rd1', email: `${username}@example.org`, realname: username },
      ...{ sysadmin_flag: true, sysadmin: true, admin_role_in_auth: true, user_id: 1, id: 1, role_id: 1, epoch: 9 },
      ...{ password_hash: 'x', salt: 'x', deleted: true, creation_time: '2001-01-01T00:00:00Z' },
    };
    const path = await api.create('/users', body);
    const who = { username, password: 'Passw0rd1' };
    const plain = {
      sysadmin_flag: false,
      admin_role_in_auth: false,
      username,
      user_id: Number(path.split('/').at(-1)),
    };
    const shown = await as(who).get<{ creation_time: string }>('/users/current');
    expect(shown).toMatchObject(plain);
    expect(shown.creation_time).not.toMatch(/^2001/);
    expectStatus(await as(who).call('PUT', path, { ...body, username: 'admin', realname: 'Climber' }), 200);
    expect(await as(who).get('/users/current')).toMatchObject({ ...plain, realname: 'Climber' });
    expectStatus(await as(who).call('PUT', `${path}/sysadmin`, { sysadmin_flag: true }), 403);
    expectStatus(await as(who).call('GET', '/users'), 403);
  });

  it('give a project no other owner, id, age, size or number of repositories', async () => {
    const project_name = unique('owned');
    const { username } = fixture.stranger;
    const forbidden = {
      ...{ owner_id: 1, owner_name: 'admin', project_id: 1, id: 1, repo_count: 99, deleted: true, togglable: true },
      ...{ creation_time: '2001-01-01T00:00:00Z', current_user_role_id: 1, epoch: 7, storage_limit: -1 },
    };
    const body = { project_name, ...forbidden, metadata: { public: 'false', retention_id: '1' } };
    expectStatus(await as(fixture.stranger).call('POST', '/projects', body), 201);
    const shown = async () => as(fixture.stranger).get<Record<string, unknown>>(`/projects/${project_name}`);
    const wanted = { name: project_name, owner_name: username, repo_count: 0 };
    expect(await shown()).toMatchObject(wanted);
    expect((await shown()).metadata).not.toHaveProperty('retention_id');
    const before = await shown();
    expectStatus(
      await as(fixture.stranger).call('PUT', `/projects/${project_name}`, { ...body, project_name: other }),
      200,
    );
    expect({ ...(await shown()), update_time: 0 }).toEqual({ ...before, update_time: 0 });
    expect(String(before.creation_time)).not.toMatch(/^2001/);
  });

  it('let nobody set the bytes that are used, or a limit that is not theirs', async () => {
    const [quota] = await api.get<[{ id: number; hard: object; used: object }]>(
      `/quotas?reference=project&page_size=1&sort=-creation_time`,
    );
    expectStatus(await as(fixture.maintainer).call('PUT', `/quotas/${quota.id}`, { hard: { storage: -1 } }), 403);
    const body = { hard: quota.hard, used: { storage: 123_456 }, id: 1, ref: { id: 1 } };
    expectStatus(await api.call('PUT', `/quotas/${quota.id}`, body), 200);
    expect(await api.get(`/quotas/${quota.id}`)).toMatchObject({ id: quota.id, hard: quota.hard, used: quota.used });
  });

  it('move a label, a rule, a policy or a member to no other project', async () => {
    const { project, platform } = fixture;
    const { project_id: foreign } = await api.get<{ project_id: number }>(`/projects/${other}`);
    const { project_id: own } = await api.get<{ project_id: number }>(`/projects/${project}`);
    const label = await as(fixture.maintainer).create('/labels', {
      id: 1,
      name: unique('l'),
      scope: 'p',
      project_id: own,
    });
    const moved = { name: unique('m'), scope: 'g', project_id: foreign, id: 1 };
    expectStatus(await as(fixture.maintainer).call('PUT', label, moved), 200);
    expect(await api.get(label)).toMatchObject({ name: moved.name, scope: 'p', project_id: own });
    const rule = {
      ...{ id: 1, project_id: foreign, action: 'immutable', template: 'immutable_template' },
      tag_selectors: [{ kind: 'doublestar', decoration: 'matches', pattern: 'v*' }],
      scope_selectors: { repository: [{ kind: 'doublestar', decoration: 'repoMatches', pattern: '**' }] },
    };
    expectStatus(await as(fixture.maintainer).call('POST', `/projects/${project}/immutabletagrules`, rule), 201);
    expect(await api.get(`/projects/${other}/immutabletagrules`)).toEqual([]);
    const scope = { level: 'project', ref: foreign };
    expectStatus(await as(fixture.maintainer).call('POST', '/retentions', { rules: [], scope }), 403);
    const policy = await as(fixture.maintainer).create('/retentions', { rules: [], scope: { ...scope, ref: own } });
    expectStatus(await as(fixture.maintainer).call('PUT', policy, { rules: [], scope }), 400);
    const member = { role_id: 5, project_id: foreign, id: 1, entity_id: 1, entity_type: 'g' };
    const boss = await api.createMember(project, unique('boss'), Role.projectAdmin);
    await new Api(platform, boss).create(`/projects/${project}/members`, {
      ...member,
      member_user: { username: fixture.stranger.username },
    });
    expect(await api.get(`/projects/${other}/members`)).toHaveLength(1);
    expect(await api.get(`/projects/${project}/members?entityname=${fixture.stranger.username}`)).toMatchObject([
      { entity_type: 'u', role_id: 5 },
    ]);
  });

  it.each([
    '{"__proto__":{"sysadmin_flag":true},"realname":"x"}',
    '{"constructor":{"prototype":{"sysadmin_flag":true}}}',
    '{"realname":"x","email":"x@example.org","metadata":{"__proto__":{"public":"true"}}}',
  ])('reach no prototype: %s', async (body) => {
    const { developer, stranger } = fixture;
    const path = `/users/${await as(developer).userId()}`;
    expect((await post(path, developer, body, 'PUT')).status).toBe(400);
    for (const who of [developer, stranger]) {
      expect(await as(who).get('/users/current')).toMatchObject({ sysadmin_flag: false });
      expectStatus(await as(who).call('GET', '/users'), 403);
    }
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('nor as a name: %s', async (name) => {
    const { platform, project } = fixture;
    expectStatus(await post(`/projects/${project}/metadatas/`, platform.admin, `{"${name}":"true"}`), 400, 422);
    expect((await api.call('GET', `/projects/${project}/metadatas/${name}`)).status).toBe(404);
    expectStatus(await post('/configurations', platform.admin, `{"${name}":"true"}`, 'PUT'), 200, 400, 422);
  });
});
