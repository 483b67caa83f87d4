import { insertArtifact } from '../testing/artifact-fixture';
import { AuditReader } from '../testing/audit-reader';
import { startTestCore, type TestCore } from '../testing/test-core';

let core: TestCore;
let log: AuditReader;
let team: number;
let otherUser: number;

beforeAll(async () => {
  core = await startTestCore();
  log = new AuditReader(core);
  for (const name of ['olga', 'paul']) await core.createUser(name);
  otherUser = await core.createUser('quin');
  team = await core.createProject('team');
  await core.createProject('other');
  await core.addMember('team', 'olga', 1);
  await core.addMember('team', 'paul', 4);
});
afterAll(() => core.close());

const newEntries = (path?: string) => log.entries(path);
const after = (work: () => Promise<{ status: number }>, status: number) => log.after(work, status);

const as = 'admin';
const send = (method: string, path: string, body?: unknown, user = as) =>
  core.request(method, path, { as: user, ...(body !== undefined && { body }) });
const idOf = ({ headers }: { headers: Record<string, string | undefined> }): string =>
  headers.location?.split('/').at(-1) ?? '';

describe('what people do is in the log', () => {
  it('of projects, also what was refused', async () => {
    const made = { project_name: 'made' };
    expect(await after(() => send('POST', '/projects', made), 201)).toEqual(['admin create project made']);
    expect(await after(() => send('POST', '/projects', made), 409)).toEqual(['admin create project made failed']);
    expect(await after(() => send('POST', '/projects', { project_name: 7 }), 422)).toEqual([
      'admin create project 7 failed',
    ]);
    expect(await after(() => send('PUT', '/projects/made', { metadata: { public: 'true' } }), 200)).toEqual([
      'admin update project made',
    ]);
    expect(await after(() => send('POST', '/projects/made/metadatas', { severity: 'low' }), 200)).toEqual([
      'admin update project made',
    ]);
    expect(await after(() => send('PUT', '/projects/made/metadatas/severity', { severity: 'none' }), 200)).toEqual([
      'admin update project made',
    ]);
    expect(await after(() => send('DELETE', '/projects/made/metadatas/severity'), 200)).toEqual([
      'admin update project made',
    ]);
    await insertArtifact(core.database, { repository: 'team/app', content: 'full' });
    expect(await after(() => send('DELETE', '/projects/team'), 412)).toEqual(['admin delete project team failed']);
    expect(await after(() => send('DELETE', '/projects/made'), 200)).toEqual(['admin delete project made']);
  });

  it('of members', async () => {
    let member = '';
    const add = async () => {
      const answer = await send('POST', '/projects/team/members', { role_id: 2, member_user: { user_id: otherUser } });
      member = `/projects/team/members/${idOf(answer)}`;
      return answer;
    };
    expect(await after(add, 201)).toEqual(['admin create member quin']);
    const again = { role_id: 2, member_user: { username: 'quin' } };
    expect(await after(() => send('POST', '/projects/team/members', again), 409)).toEqual([
      'admin create member quin failed',
    ]);
    expect(await after(() => send('PUT', member, { role_id: 3 }, 'olga'), 200)).toEqual(['olga update member quin']);
    expect(await after(() => send('DELETE', member), 200)).toEqual(['admin delete member quin']);
    expect(await after(() => send('DELETE', member), 404)).toEqual([
      `admin delete member ${member.split('/').at(-1)} failed`,
    ]);
  });

  it('of robots', async () => {
    let robot = '';
    const access = [{ resource: 'repository', action: 'pull' }];
    const body = {
      name: 'ci',
      level: 'project',
      duration: -1,
      permissions: [{ kind: 'project', namespace: 'team', access }],
    };
    const create = async () => {
      const answer = await send('POST', '/robots', body);
      robot = `/robots/${idOf(answer)}`;
      return answer;
    };
    expect(await after(create, 201)).toEqual(['admin create robot robot$team+ci']);
    expect(await newEntries('/projects/team/auditlog-exts')).toEqual(['admin create robot robot$team+ci']);
    expect(await after(() => send('PATCH', robot, {}), 200)).toEqual(['admin update robot robot$team+ci']);
    expect(await after(() => send('PUT', robot, { ...body, description: 'x' }), 200)).toEqual([
      'admin update robot robot$team+ci',
    ]);
    expect(await after(() => send('DELETE', robot, undefined, 'paul'), 403)).toEqual([
      'paul delete robot robot$team+ci failed',
    ]);
    expect(await after(() => send('DELETE', robot), 200)).toEqual(['admin delete robot robot$team+ci']);
  });

  it('of users', async () => {
    let id = 0;
    const create = async () => {
      id = await core.createUser('rita');
      return { status: 201 };
    };
    expect(await after(create, 201)).toEqual(['admin create user rita']);
    const profile = { email: 'r@example.com', realname: 'r', comment: '' };
    expect(await after(() => send('PUT', `/users/${id}`, profile, 'rita'), 200)).toEqual(['rita update user rita']);
    expect(await after(() => send('PUT', `/users/${id}/sysadmin`, { sysadmin_flag: true }), 200)).toEqual([
      'admin update user rita',
    ]);
    const guess = { old_password: 'wrong', new_password: 'Changed1234' };
    expect(await after(() => send('PUT', `/users/${id}/password`, guess, 'rita'), 403)).toEqual([
      'rita update user rita failed',
    ]);
    expect(await after(() => send('DELETE', `/users/${id}`), 200)).toEqual(['admin delete user rita']);
  });

  it('of quotas', async () => {
    const [{ id }] = (await send('GET', `/quotas?reference_id=${team}`)).body;
    expect(await after(() => send('PUT', `/quotas/${id}`, { hard: { storage: 1_000 } }), 200)).toEqual([
      'admin update quota team',
    ]);
  });

  it('with the address and the client of who did it', async () => {
    await after(
      () => core.request('PUT', '/projects/team', { as, body: {}, headers: { 'user-agent': 'terraform/1.9' } }),
      200,
    );
    expect(await core.database.query('SELECT source_address, user_agent FROM audit_log')).toEqual([
      { source_address: '127.0.0.1', user_agent: 'terraform/1.9' },
    ]);
  });

  it('and reading is not', async () => {
    expect(await after(() => send('GET', '/projects/team'), 200)).toEqual([]);
  });
});

describe('the log', () => {
  beforeAll(async () => {
    await log.relay();
    await core.database.query('DELETE FROM audit_log');
    await send('PUT', '/projects/team', {});
    await send('PUT', '/projects/other', {});
    await log.relay();
  });

  it('has its older form and its newer', async () => {
    const older = (await send('GET', '/audit-logs?q=resource%3Dteam')).body;
    expect(older).toEqual([
      {
        id: expect.any(Number),
        username: 'admin',
        resource: 'team',
        resource_type: 'project',
        operation: 'update',
        op_time: expect.stringMatching(/Z$/),
      },
    ]);
    expect((await send('GET', '/auditlog-exts?q=resource%3Dteam')).body).toEqual([
      { ...older[0], operation_description: 'update project: team', operation_result: true },
    ]);
    for (const [oneOf, path] of [
      ['logs', 'audit-logs'],
      ['auditlog-exts', 'auditlog-exts'],
    ] as const)
      expect((await send('GET', `/projects/team/${oneOf}`)).body).toEqual(
        (await send('GET', `/${path}?q=resource%3Dteam`)).body,
      );
  });

  it('counts and pages', async () => {
    const { headers, body } = await send('GET', '/auditlog-exts?page_size=1');
    expect(headers['x-total-count']).toBe('2');
    expect(headers.link).toContain('rel="next"');
    expect(body).toHaveLength(1);
    expect((await send('GET', '/auditlog-exts?page_size=101')).status).toBe(422);
    expect((await send('GET', '/auditlog-exts?q=op_time%3Dyesterday')).status).toBe(400);
  });

  it.each([
    ['admin', ['team', 'other']],
    ['olga', ['team']],
    ['paul', []],
  ])('shows %s that of the projects whose log they may read', async (user, projects) => {
    for (const path of ['/audit-logs', '/auditlog-exts']) {
      const { body } = await send('GET', `${path}?sort=op_time`, undefined, user);
      expect((body as { resource: string }[]).map(({ resource }) => resource)).toEqual(projects);
    }
  });

  it('is closed to anonymous callers, and that of a project to who may not read it', async () => {
    expect((await core.request('GET', '/audit-logs')).status).toBe(401);
    expect((await core.request('GET', '/auditlog-exts')).status).toBe(401);
    expect((await send('GET', '/projects/team/logs', undefined, 'paul')).status).toBe(403);
    expect((await send('GET', '/projects/other/auditlog-exts', undefined, 'olga')).status).toBe(403);
    expect((await send('GET', '/auditlog-exts/events', undefined, 'olga')).status).toBe(403);
  });

  it('tells its types', async () => {
    const { status, body } = await send('GET', '/auditlog-exts/events');
    expect(status).toBe(200);
    expect((body as { event_type: string }[]).map((one) => one.event_type)).toEqual(
      expect.arrayContaining(['create_artifact', 'pull_artifact', 'login_user', 'update_configuration']),
    );
  });
});
