import { GroupsService, groupTypes } from '@breakwater/identity';
import { startTestCore, type TestCore } from '../testing/test-core';

let core: TestCore;
let alice: number;

beforeAll(async () => {
  core = await startTestCore();
  alice = await core.createUser('alice');
  await core.createUser('owner');
  await core.createProject('team');
  await core.addMember('team', 'owner', 1);
});
afterAll(() => core?.close());

const create = async (body: object): Promise<string> => {
  const { status, headers } = await core.request('POST', '/usergroups', { as: 'admin', body });
  expect(status).toBe(201);
  expect(headers.location).toMatch(/^\/api\/v2\.0\/usergroups\/\d+$/);
  return headers.location?.replace('/api/v2.0', '') ?? '';
};
/** As a provider says when somebody signs in. */
const signIn = (groups: string[], admin = false) =>
  core.app.get(GroupsService, { strict: false }).attach(alice, {
    groupType: groupTypes.oidc,
    groups: groups.map((groupName) => ({ groupName, ldapGroupDn: '' })),
    admin,
  });
const statusFor = async (as: string, path: string) => (await core.request('GET', path, { as })).status;

describe('groups', () => {
  it('are made, found, renamed and deleted', async () => {
    const ldap = { group_name: 'devs', group_type: 1, ldap_group_dn: 'CN=Devs,DC=example,DC=com' };
    const path = await create(ldap);
    const shown = { ...ldap, id: Number(path.split('/').at(-1)), ldap_group_dn: 'cn=devs,dc=example,dc=com' };
    expect((await core.request('GET', path, { as: 'admin' })).body).toEqual(shown);
    await create({ group_name: 'devs', group_type: 3 });
    const list = async (query: string) => (await core.request('GET', `/usergroups${query}`, { as: 'admin' })).body;
    expect(await list('')).toHaveLength(2);
    expect(await list('?ldap_group_dn=cn%3DDEVS%2Cdc%3Dexample%2Cdc%3Dcom')).toEqual([shown]);
    expect(await list('?group_name=EV')).toHaveLength(2);
    expect(await list('?group_name=%25')).toEqual([]);
    const found = await core.request('GET', '/usergroups/search?groupname=dev&page_size=1', { as: 'alice' });
    expect(found.body).toEqual([{ id: shown.id, group_name: 'devs', group_type: 1 }]);
    expect(found.headers['x-total-count']).toBe('2');
    expect((await core.request('PUT', path, { as: 'admin', body: { group_name: 'developers' } })).status).toBe(200);
    expect((await core.request('GET', path, { as: 'admin' })).body).toMatchObject({ group_name: 'developers' });
    expect((await core.request('DELETE', path, { as: 'admin' })).status).toBe(200);
    for (const method of ['GET', 'DELETE'])
      expect((await core.request(method, path, { as: 'admin' })).status).toBe(404);
    expect((await core.request('PUT', path, { as: 'admin', body: { group_name: 'x' } })).status).toBe(404);
  });

  it.each([
    ['no name', { group_type: 3 }, 400],
    ['no such type', { group_name: 'x', group_type: 9 }, 400],
    ['no distinguished name', { group_name: 'x', group_type: 1 }, 400],
    ['a name that is taken', { group_name: 'devs', group_type: 3 }, 409],
  ])('are refused with %s', async (_what, body, status) => {
    expect((await core.request('POST', '/usergroups', { as: 'admin', body })).status).toBe(status);
  });

  it("are the administrators' business; anybody may look for one", async () => {
    for (const [method, path] of [
      ['GET', '/usergroups'],
      ['POST', '/usergroups'],
      ['GET', '/usergroups/1'],
      ['PUT', '/usergroups/1'],
      ['DELETE', '/usergroups/1'],
    ] as const) {
      expect((await core.request(method, path, { body: {} })).status).toBe(401);
      expect((await core.request(method, path, { as: 'owner', body: {} })).status).toBe(403);
    }
    expect((await core.request('GET', '/usergroups/search')).status).toBe(401);
    expect((await core.request('GET', '/usergroups/search', { as: 'owner' })).status).toBe(200);
  });
});

describe('a group that is a member', () => {
  const add = (body: object) => core.request('POST', '/projects/team/members', { as: 'owner', body });

  it('is named by id, distinguished name or name, and listed beside people', async () => {
    const id = Number((await create({ group_name: 'ops', group_type: 3 })).split('/').at(-1));
    expect((await add({ role_id: 3, member_group: { id } })).status).toBe(201);
    expect((await add({ role_id: 3, member_group: { id } })).status).toBe(409);
    expect((await add({ role_id: 3, member_group: { group_name: 'ops', group_type: 3 } })).status).toBe(409);
    const dn = 'cn=qa,dc=example,dc=com';
    expect((await add({ role_id: 2, member_group: { ldap_group_dn: dn, group_name: 'qa' } })).status).toBe(201);
    expect((await add({ role_id: 2, member_group: { ldap_group_dn: dn.toUpperCase() } })).status).toBe(409);
    expect((await add({ role_id: 2, member_group: { ldap_group_dn: 'qa' } })).status).toBe(400);
    expect((await add({ role_id: 2, member_group: { id: 999_999 } })).status).toBe(404);
    expect((await add({ role_id: 2, member_group: {} })).status).toBe(400);
    // A group's id goes before a user's name.
    expect((await add({ role_id: 3, member_user: { username: 'alice' }, member_group: { id } })).status).toBe(409);
    const { body } = await core.request('GET', '/projects/team/members', { as: 'owner' });
    expect(
      body.map((member: Record<string, unknown>) => [member.entity_name, member.entity_type, member.role_name]),
    ).toEqual([
      ['admin', 'u', 'projectAdmin'],
      ['ops', 'g', 'guest'],
      ['owner', 'u', 'projectAdmin'],
      ['qa', 'g', 'developer'],
    ]);
    expect((await core.request('GET', '/projects/team/summary', { as: 'owner' })).body).toMatchObject({
      guest_count: 1,
      developer_count: 1,
    });
  });

  it('gives its role to who is in it, from one sign-in to the next', async () => {
    expect(await statusFor('alice', '/projects/team')).toBe(403);
    await signIn(['ops', 'unknown before']);
    expect(await statusFor('alice', '/projects/team')).toBe(200);
    expect((await core.request('GET', '/projects/team', { as: 'alice' })).body).toMatchObject({
      current_user_role_id: 3,
      current_user_role_ids: [3],
    });
    const names = (await core.request('GET', '/projects', { as: 'alice' })).body.map(
      ({ name }: { name: string }) => name,
    );
    expect(names).toContain('team');
    await core.addMember('team', 'alice', 5);
    expect((await core.request('GET', '/projects/team', { as: 'alice' })).body.current_user_role_ids).toEqual([3, 5]);
    const { body: members } = await core.request('GET', '/projects/team/members?entityname=alice', { as: 'owner' });
    await core.request('DELETE', `/projects/team/members/${members[0].id}`, { as: 'owner' });
    await signIn(['unknown before']);
    expect(await statusFor('alice', '/projects/team')).toBe(403);
  });

  it('counts for tokens of the registry, and they stop counting when somebody leaves it', async () => {
    await signIn(['ops']);
    const ask = async () =>
      (
        await core.request('GET', '//service/token?service=harbor-registry&scope=repository:team/app:pull', {
          as: 'alice',
        })
      ).body.token as string;
    const actionsIn = (token: string) =>
      JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).access[0].actions;
    expect(actionsIn(await ask())).toEqual(['pull']);
    const epoch = async () =>
      (await core.database.query<{ epoch: number }>('SELECT epoch FROM user_account WHERE id = $1', [alice]))[0]
        ?.epoch ?? 0;
    const before = await epoch();
    await signIn(['ops']);
    expect(await epoch()).toBe(before);
    await signIn([]);
    expect(await epoch()).toBe(before + 1);
    expect(actionsIn(await ask())).toEqual([]);
  });

  it('takes the role away when it is deleted', async () => {
    await signIn(['ops']);
    expect(await statusFor('alice', '/projects/team')).toBe(200);
    const [group] = (await core.request('GET', '/usergroups/search?groupname=ops', { as: 'owner' })).body;
    expect((await core.request('DELETE', `/usergroups/${group.id}`, { as: 'admin' })).status).toBe(200);
    expect(await statusFor('alice', '/projects/team')).toBe(403);
    const { body } = await core.request('GET', '/projects/team/members?entityname=ops', { as: 'owner' });
    expect(body).toEqual([]);
  });

  it('may make administrators, which is told apart from those who were made by hand', async () => {
    await signIn(['root'], true);
    expect(await statusFor('alice', '/users')).toBe(200);
    expect((await core.request('GET', '/users/current', { as: 'alice' })).body).toMatchObject({
      sysadmin_flag: false,
      admin_role_in_auth: true,
    });
    await signIn(['root']);
    expect(await statusFor('alice', '/users')).toBe(403);
  });
});
