import { insertArtifact } from '../testing/artifact-fixture';
import { startTestCore, type TestCore } from '../testing/test-core';

let core: TestCore;

beforeAll(async () => {
  core = await startTestCore();
  for (const name of ['alice', 'bob']) await core.createUser(name);
});
afterAll(() => core.close());

const names = (body: { name: string }[]): string[] => body.map(({ name }) => name);

describe('creating a project', () => {
  it('answers 201 with its place and makes the creator its administrator', async () => {
    const created = await core.request('POST', '/projects', {
      as: 'alice',
      body: { project_name: 'made', metadata: { public: 'true', auto_scan: 'TRUE' } },
    });
    expect(created.status).toBe(201);
    expect(created.headers.location).toMatch(/^\/api\/v2\.0\/projects\/\d+$/);
    expect(created.body).toBeUndefined();

    const { status, body } = await core.request('GET', '/projects/made', { as: 'alice' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      name: 'made',
      owner_name: 'alice',
      current_user_role_id: 1,
      current_user_role_ids: [1],
      repo_count: 0,
      metadata: { public: 'true', auto_scan: 'true' },
      cve_allowlist: { items: [] },
    });
    expect(body.creation_time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('names it in Location when asked to', async () => {
    const { headers } = await core.request('POST', '/projects', {
      as: 'alice',
      body: { project_name: 'named' },
      headers: { 'x-resource-name-in-location': 'true' },
    });
    expect(headers.location).toBe('/api/v2.0/projects/named');
  });

  it.each([
    ['no name', {}, 400],
    ['upper case', { project_name: 'Team' }, 400],
    ['a slash', { project_name: 'a/b' }, 400],
    ['256 characters', { project_name: 'a'.repeat(256) }, 422],
    ['a number as name', { project_name: 7 }, 422],
    ['a boolean as metadata', { project_name: 'ok', metadata: { public: true } }, 422],
    ['an unknown severity', { project_name: 'ok', metadata: { severity: 'mild' } }, 400],
    ['a limit of 0', { project_name: 'ok', storage_limit: 0 }, 400],
    ['a proxy cache', { project_name: 'ok', registry_id: 1 }, 400],
    ['an allowlist', { project_name: 'ok', cve_allowlist: { items: [{ cve_id: 'CVE-2026-1' }] } }, 400],
    ['a name that is taken', { project_name: 'library' }, 409],
  ])('refuses %s', async (_title, body, status) => {
    const answer = await core.request('POST', '/projects', { as: 'admin', body });
    expect(answer.status).toBe(status);
    expect(answer.body.errors).toHaveLength(1);
  });

  it('refuses anonymous callers', async () => {
    expect((await core.request('POST', '/projects', { body: { project_name: 'nobodys' } })).status).toBe(401);
  });

  it('takes the storage limit from administrators only', async () => {
    await core.request('POST', '/projects', { as: 'admin', body: { project_name: 'limited', storage_limit: 1024 } });
    await core.request('POST', '/projects', { as: 'alice', body: { project_name: 'unlimited', storage_limit: 1024 } });
    const quotas = await Promise.all(
      ['limited', 'unlimited'].map((name) => core.request('GET', `/projects/${name}/summary`, { as: 'admin' })),
    );
    expect(quotas.map(({ body }) => body.quota)).toEqual([
      { hard: { storage: 1024 }, used: { storage: 0 } },
      { hard: { storage: -1 }, used: { storage: 0 } },
    ]);
  });
});

describe('the project library', () => {
  it('is there from the first start, public, and belongs to admin', async () => {
    const { body } = await core.request('GET', '/projects/library', { as: 'admin' });
    expect(body).toMatchObject({ project_id: 1, owner_name: 'admin', metadata: { public: 'true' } });
  });
});

describe('listing projects', () => {
  beforeAll(async () => {
    await core.createProject('list-private');
    await core.createProject('list-public', true);
    await core.createProject('list-member');
    await core.addMember('list-member', 'bob', 3);
  });

  it.each([
    [undefined, ['list-public']],
    ['bob', ['list-member', 'list-public']],
    ['admin', ['list-member', 'list-private', 'list-public']],
  ])('shows %s the public ones and their own', async (as, expected) => {
    const { status, headers, body } = await core.request('GET', '/projects?name=list-', { as });
    expect(status).toBe(200);
    expect(names(body)).toEqual(expected);
    expect(headers['x-total-count']).toBe(String(expected.length));
  });

  it('filters by public, owner and q, and sorts', async () => {
    const ask = async (query: string): Promise<string[]> =>
      names((await core.request('GET', `/projects?${query}`, { as: 'admin' })).body);
    expect(await ask('name=list-&public=false')).toEqual(['list-member', 'list-private']);
    expect(await ask('owner=alice&sort=-name')).toEqual(['unlimited', 'named', 'made']);
    expect(await ask('q=name%3D~list-p')).toEqual(['list-private', 'list-public']);
    expect(await ask('q=name%3Dlist-member%2Cnonsense%3D1')).toEqual(['list-member']);
  });

  it('pages with Link and X-Total-Count', async () => {
    const { headers, body } = await core.request('GET', '/projects?name=list-&page=2&page_size=1', { as: 'admin' });
    expect(names(body)).toEqual(['list-private']);
    expect(headers['x-total-count']).toBe('3');
    expect(headers.link).toBe(
      '</api/v2.0/projects?name=list-&page=1&page_size=1>; rel="prev" , </api/v2.0/projects?name=list-&page=3&page_size=1>; rel="next"',
    );
  });

  it('refuses pages that there are not', async () => {
    for (const size of ['0', '-1', '101'])
      expect(await core.request('GET', `/projects?page_size=${size}`, { as: 'admin' })).toMatchObject({
        status: 422,
        body: { errors: [{ code: 'UNPROCESSABLE_ENTITY' }] },
      });
    expect((await core.request('GET', '/projects?page=0', { as: 'admin' })).status).toBe(422);
    expect((await core.request('GET', '/projects?q=name', { as: 'admin' })).status).toBe(400);
    expect((await core.request('GET', '/projects?q=project_id%3Dx', { as: 'admin' })).status).toBe(400);
  });
});

describe('finding a project', () => {
  it('takes digits for an id unless told that they are a name', async () => {
    await core.createProject('4711');
    expect((await core.request('GET', '/projects/4711', { as: 'admin' })).status).toBe(404);
    const byName = await core.request('GET', '/projects/4711', {
      as: 'admin',
      headers: { 'x-is-resource-name': 'true' },
    });
    expect(byName.body.name).toBe('4711');
    expect((await core.request('GET', `/projects/${byName.body.project_id}`, { as: 'admin' })).body.name).toBe('4711');
  });

  it('HEAD tells whether a name is taken', async () => {
    expect((await core.request('HEAD', '/projects?project_name=library', { as: 'bob' })).status).toBe(200);
    expect((await core.request('HEAD', '/projects?project_name=nowhere', { as: 'bob' })).status).toBe(404);
    expect((await core.request('HEAD', '/projects?project_name=library')).status).toBe(401);
  });
});

describe('changing a project', () => {
  const epoch = async (name: string): Promise<number | undefined> =>
    (await core.database.query<{ epoch: number }>('SELECT epoch FROM project WHERE name = $1', [name]))[0]?.epoch;

  it('changes what is given, keeps the rest, and ends tokens when it becomes private', async () => {
    await core.request('POST', '/projects', {
      as: 'admin',
      body: { project_name: 'changing', metadata: { public: 'true', severity: 'High' } },
    });
    const before = await epoch('changing');
    expect(
      (await core.request('PUT', '/projects/changing', { as: 'admin', body: { metadata: { prevent_vul: 'true' } } }))
        .status,
    ).toBe(200);
    expect((await core.request('GET', '/projects/changing', { as: 'admin' })).body.metadata).toEqual({
      public: 'true',
      severity: 'high',
      prevent_vul: 'true',
    });
    expect(await epoch('changing')).toBe(before);
    await core.request('PUT', '/projects/changing', { as: 'admin', body: { metadata: { public: 'false' } } });
    expect(await epoch('changing')).toBe((before ?? 0) + 1);
    expect((await core.request('GET', '/projects/changing', { as: 'bob' })).status).toBe(403);
  });
});

describe('deleting a project', () => {
  it('waits until it has no repositories, then takes members, metadata and quota along', async () => {
    const id = await core.createProject('doomed');
    await insertArtifact(core.database, { repository: 'doomed/app', content: 'doomed' });
    expect((await core.request('GET', '/projects/doomed/_deletable', { as: 'admin' })).body).toEqual({
      deletable: false,
      message: expect.stringContaining('repositories'),
    });
    expect((await core.request('DELETE', '/projects/doomed', { as: 'admin' })).status).toBe(412);

    expect((await core.request('DELETE', '/projects/doomed/repositories/app', { as: 'admin' })).status).toBe(200);
    expect((await core.request('GET', '/projects/doomed/_deletable', { as: 'admin' })).body).toEqual({
      deletable: true,
    });
    await core.database.query(`INSERT INTO repository (project_id, name) VALUES ($1, 'doomed/blobs-only')`, [id]);
    expect((await core.request('DELETE', '/projects/doomed', { as: 'admin' })).status).toBe(200);
    for (const table of ['project_member', 'project_metadata', 'quota', 'repository']) {
      expect(await core.database.query(`SELECT 1 FROM ${table} WHERE project_id = $1`, [id])).toEqual([]);
    }
    expect((await core.request('GET', `/projects/${id}`, { as: 'admin' })).status).toBe(404);
  });
});

describe('the summary', () => {
  it('shows guests no less than they may see, and strangers on a public project only the count', async () => {
    await core.createProject('summed', true);
    await core.addMember('summed', 'bob', 5);
    await core.addMember('summed', 'alice', 3);
    const ask = async (as?: string): Promise<object> =>
      (await core.request('GET', '/projects/summed/summary', { as })).body;
    const quota = { hard: { storage: -1 }, used: { storage: 0 } };
    expect(await ask()).toEqual({ repo_count: 0 });
    expect(await ask('bob')).toEqual({ repo_count: 0, quota });
    expect(await ask('alice')).toEqual({
      repo_count: 0,
      quota,
      project_admin_count: 1,
      maintainer_count: 0,
      developer_count: 0,
      guest_count: 1,
      limited_guest_count: 1,
    });
  });

  it('counts groups, and nobody who is gone', async () => {
    await core.createProject('counted');
    const gone = await core.createUser('gone');
    await core.addMember('counted', 'gone', 2);
    const member_group = { group_name: 'counted-devs', group_type: 3 };
    const body = { role_id: 2, member_group };
    expect((await core.request('POST', '/projects/counted/members', { as: 'admin', body })).status).toBe(201);
    const developers = async () =>
      (await core.request('GET', '/projects/counted/summary', { as: 'admin' })).body.developer_count;
    expect(await developers()).toBe(2);
    expect((await core.request('DELETE', `/users/${gone}`, { as: 'admin' })).status).toBe(200);
    expect(await developers()).toBe(1);
    const { body: members } = await core.request('GET', '/projects/counted/members', { as: 'admin' });
    expect(members.filter((member: { role_id: number }) => member.role_id === 2)).toHaveLength(1);
  });
});
