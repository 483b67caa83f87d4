import { startTestCore, type TestCore } from '../testing/test-core';

let core: TestCore;
const users: Record<string, number> = {};

beforeAll(async () => {
  core = await startTestCore();
  for (const name of ['carol', 'dave', 'erin']) users[name] = await core.createUser(name);
  await core.createProject('team');
});
afterAll(() => core.close());

const epoch = async (): Promise<number> =>
  (await core.database.query<{ epoch: number }>(`SELECT epoch FROM project WHERE name = 'team'`))[0]?.epoch ?? -1;
const add = (body: unknown) => core.request('POST', '/projects/team/members', { as: 'admin', body });

describe('members of a project', () => {
  it('are added by id or by name, the id first', async () => {
    const byId = await add({ role_id: 2, member_user: { user_id: users.carol, username: 'dave' } });
    expect(byId.status).toBe(201);
    expect(byId.headers.location).toMatch(/^\/api\/v2\.0\/projects\/\d+\/members\/\d+$/);
    const { body } = await core.request('GET', (byId.headers.location ?? '').replace('/api/v2.0', ''), { as: 'admin' });
    expect(body).toMatchObject({
      entity_id: users.carol,
      entity_name: 'carol',
      entity_type: 'u',
      role_id: 2,
      role_name: 'developer',
    });
    expect(
      (
        await add({
          role_id: 3,
          member_user: { user_id: 0, username: 'dave' },
          member_group: { id: 0, group_name: '' },
        })
      ).status,
    ).toBe(201);
  });

  it.each([
    ['someone who is one', { role_id: 1, member_user: { username: 'carol' } }, 409],
    ['a role that is none', { role_id: 6, member_user: { username: 'erin' } }, 400],
    ['nobody', { role_id: 1 }, 400],
    ['a group that is not there', { role_id: 1, member_group: { id: 999_999 } }, 404],
    ['a name that nobody has', { role_id: 1, member_user: { username: 'zoe' } }, 404],
    ['an id that nobody has', { role_id: 1, member_user: { user_id: 9999 } }, 404],
    ['a role as text', { role_id: '1', member_user: { username: 'erin' } }, 422],
  ])('refuses %s', async (_title, body, status) => {
    expect((await add(body)).status).toBe(status);
  });

  it('are listed by name, in pages', async () => {
    const { headers, body } = await core.request('GET', '/projects/team/members', { as: 'carol' });
    expect(body.map(({ entity_name: name, role_name: role }: Record<string, string>) => [name, role])).toEqual([
      ['admin', 'projectAdmin'],
      ['carol', 'developer'],
      ['dave', 'guest'],
    ]);
    expect(headers['x-total-count']).toBe('3');
    expect((await core.request('GET', '/projects/team/members?entityname=AR', { as: 'carol' })).body).toHaveLength(1);
    expect((await core.request('GET', '/projects/team/members?page_size=2&page=2', { as: 'carol' })).body).toHaveLength(
      1,
    );
  });

  it('lose their tokens when their rights shrink, and only then', async () => {
    const [, carol] = (await core.request('GET', '/projects/team/members', { as: 'admin' })).body;
    const path = `/projects/team/members/${carol.id}`;
    const before = await epoch();
    expect((await core.request('PUT', path, { as: 'admin', body: { role_id: 4 } })).status).toBe(200);
    expect(await epoch()).toBe(before);
    await core.request('PUT', path, { as: 'admin', body: { role_id: 3 } });
    expect(await epoch()).toBe(before + 1);
    expect((await core.request('PUT', path, { as: 'admin', body: { role_id: 9 } })).status).toBe(400);
    expect((await core.request('DELETE', path, { as: 'admin' })).status).toBe(200);
    expect(await epoch()).toBe(before + 2);
    for (const method of ['GET', 'DELETE'])
      expect((await core.request(method, path, { as: 'admin' })).status).toBe(404);
    expect((await core.request('GET', '/projects/team', { as: 'carol' })).status).toBe(403);
  });

  it('of another project are not found here', async () => {
    await core.createProject('other');
    const [admin] = (await core.request('GET', '/projects/other/members', { as: 'admin' })).body;
    expect((await core.request('DELETE', `/projects/team/members/${admin.id}`, { as: 'admin' })).status).toBe(404);
  });
});
