import { Api } from './support/api';
import { Browser } from './support/browser';
import { openProject, type ProjectFixture, unique } from './support/fixtures';
import { basic, expectStatus, send } from './support/http';
import { itCovers } from './support/operations';
import { setTimeout as sleep } from 'node:timers/promises';

jest.setTimeout(60_000);

interface User {
  user_id: number;
  username: string;
}

let fixture: ProjectFixture;
let api: Api;
const as = (who: { username: string; password: string }): Api => new Api(fixture.platform, who);

beforeAll(async () => {
  fixture = await openProject('peopled');
  ({ api } = fixture);
});

const idOf = (path: string): number => Number(path.split('/').at(-1));

describe('users', () => {
  itCovers(
    [
      'createUser',
      'listUsers',
      'searchUsers',
      'getUser',
      'updateUserProfile',
      'setUserSysAdmin',
      'updateUserPassword',
      'deleteUser',
      'getCurrentUserInfo',
      'getCurrentUserPermissions',
    ],
    'are made, found, changed and deleted',
    async () => {
      const username = unique('newcomer');
      const credentials = { username, password: 'Passw0rd1' };
      const path = await api.create('/users', { ...credentials, email: `${username}@example.org`, realname: 'New' });
      expect(await api.get(`/users?q=username%3D${username}`)).toMatchObject([{ user_id: idOf(path), username }]);
      expect(await as(credentials).get(`/users/search?username=${username}`)).toEqual([
        { user_id: idOf(path), username },
      ]);
      const profile = { email: `${username}@example.net`, realname: 'Newer', comment: 'hello' };
      expectStatus(await as(credentials).call('PUT', path, profile), 200);
      expect(await api.get(path)).toMatchObject({ ...profile, sysadmin_flag: false, admin_role_in_auth: false });

      expectStatus(await as(credentials).call('GET', '/users'), 403);
      expect(await as(credentials).get('/users/current/permissions?scope=/system')).toEqual([]);
      expectStatus(await api.call('PUT', `${path}/sysadmin`, { sysadmin_flag: true }), 200);
      expectStatus(await as(credentials).call('GET', '/users'), 200);
      expect(await as(credentials).get('/users/current')).toMatchObject({ username, sysadmin_flag: true });
      expect(await as(credentials).get<unknown[]>('/users/current/permissions?scope=/system')).not.toEqual([]);

      const change = { old_password: credentials.password, new_password: 'Changed12' };
      expectStatus(await as(credentials).call('PUT', `${path}/password`, change), 200);
      expectStatus(await as(credentials).call('GET', '/users/current'), 401);
      expectStatus(await api.call('DELETE', path), 200);
      expectStatus(await api.call('GET', path), 404);
      expectStatus(await as({ username, password: 'Changed12' }).call('GET', '/users/current'), 401);
    },
  );

  it('have no CLI secret without OIDC', async () => {
    const { user_id: id } = await as(fixture.stranger).get<User>('/users/current');
    expectStatus(await as(fixture.stranger).call('PUT', `/users/${id}/cli_secret`, { secret: 'Passw0rd1' }), 412);
  });
});

describe('members', () => {
  itCovers(
    ['createProjectMember', 'listProjectMembers', 'getProjectMember', 'updateProjectMember', 'deleteProjectMember'],
    'come, get another role and go',
    async () => {
      const members = `/projects/${fixture.project}/members`;
      const { username } = fixture.stranger;
      expectStatus(await as(fixture.stranger).call('GET', `/projects/${fixture.project}`), 403);
      const path = await api.create(members, { role_id: 3, member_user: { username } });
      const member = `${members}/${idOf(path)}`;
      expectStatus(await as(fixture.stranger).call('GET', `/projects/${fixture.project}`), 200);
      expect(await api.get(`${members}?entityname=${username}`)).toMatchObject([
        { id: idOf(path), role_name: 'guest', entity_type: 'u' },
      ]);
      expectStatus(await api.call('PUT', member, { role_id: 4 }), 200);
      expect(await api.get(member)).toMatchObject({ role_id: 4, role_name: 'maintainer' });
      expectStatus(await api.call('DELETE', member), 200);
      expectStatus(await api.call('GET', member), 404);
      expectStatus(await as(fixture.stranger).call('GET', `/projects/${fixture.project}`), 403);
    },
  );
});

describe('groups', () => {
  itCovers(
    ['createUserGroup', 'listUserGroups', 'searchUserGroups', 'getUserGroup', 'updateUserGroup', 'deleteUserGroup'],
    'are made, found, members of projects, renamed and deleted',
    async () => {
      const name = unique('group');
      const path = await api.create('/usergroups', { group_name: name, group_type: 3 });
      const shown = { id: idOf(path), group_name: name, group_type: 3 };
      expect(await api.get(`/usergroups?group_name=${name}`)).toEqual([{ ...shown, ldap_group_dn: '' }]);
      expect(await as(fixture.stranger).get(`/usergroups/search?groupname=${name}`)).toEqual([shown]);
      const members = `/projects/${fixture.project}/members`;
      await api.create(members, { role_id: 2, member_group: { id: shown.id } });
      expectStatus(await api.call('PUT', path, { group_name: `${name}-renamed` }), 200);
      expect(await api.get(path)).toMatchObject({ group_name: `${name}-renamed` });
      const list = () => api.get<unknown[]>(`${members}?entityname=${name}`);
      expect(await list()).toMatchObject([{ entity_type: 'g', entity_name: `${name}-renamed` }]);
      expectStatus(await api.call('DELETE', path), 200);
      expectStatus(await api.call('GET', path), 404);
      expect(await list()).toEqual([]);
    },
  );
});

describe('robots', () => {
  itCovers(
    ['CreateRobot', 'ListRobot', 'GetRobotByID', 'UpdateRobot', 'RefreshSec', 'DeleteRobot', 'getPermissions'],
    'are made with what can be given, used, rotated with an overlap, and deleted',
    async () => {
      const { project } = await api.get<{ project: { resource: string; action: string }[] }>('/permissions');
      const access = project.filter(({ resource, action }) => resource === 'repository' && action === 'list');
      const permissions = [{ kind: 'project', namespace: fixture.project, access }];
      const input = { name: unique('ci'), level: 'project', duration: 7, permissions };
      const created = expectStatus(await api.call('POST', '/robots', input), 201);
      const robot = created.json<{ id: number; name: string; secret: string }>();
      const repositories = `/projects/${fixture.project}/repositories`;
      const asks = async (password: string) =>
        (await as({ username: robot.name, password }).call('GET', repositories)).status;
      expect(await asks(robot.secret)).toBe(200);
      expect(await api.get(`/robots/${robot.id}`)).toMatchObject({ name: robot.name, expiry_warning: 'soon' });
      const { project_id: id } = await api.get<{ project_id: number }>(`/projects/${fixture.project}`);
      expect(await api.get(`/robots?q=Level%3Dproject%2CProjectID%3D${id}`)).toMatchObject([{ id: robot.id }]);

      const refresh = async (query: string) =>
        expectStatus(await api.call('PATCH', `/robots/${robot.id}${query}`, {}), 200).json<{ secret: string }>().secret;
      const second = await refresh('?overlap_hours=1');
      expect([await asks(robot.secret), await asks(second)]).toEqual([200, 200]);
      const third = await refresh('');
      expect([await asks(second), await asks(third)]).toEqual([401, 200]);
      expectStatus(await api.call('PUT', `/robots/${robot.id}`, { ...input, name: robot.name, disable: true }), 200);
      expect(await asks(third)).toBe(401);
      expectStatus(await api.call('DELETE', `/robots/${robot.id}`), 200);
      expectStatus(await api.call('GET', `/robots/${robot.id}`), 404);
    },
  );
});

describe('sessions', () => {
  itCovers(['listSessions', 'deleteSession', 'deleteSessions'], 'begin, are listed and end', async () => {
    const [laptop, phone] = [new Browser(fixture.platform, 'laptop'), new Browser(fixture.platform, 'phone')];
    for (const browser of [laptop, phone]) expectStatus(await browser.login(fixture.developer), 200);
    const me = expectStatus(await laptop.call('GET', '/users/current'), 200).json<User>();
    expect(me.username).toBe(fixture.developer.username);
    const path = `/users/${me.user_id}/sessions`;
    const sessions = expectStatus(await laptop.call('GET', path), 200).json<{ id: string; user_agent: string }[]>();
    expect(sessions).toMatchObject([
      { user_agent: 'phone', current: false },
      { user_agent: 'laptop', current: true },
    ]);
    expectStatus(await laptop.call('DELETE', `${path}/${sessions[0]?.id}`), 200);
    expectStatus(await phone.call('GET', '/users/current'), 401);
    expectStatus(await api.call('DELETE', path), 200);
    expectStatus(await laptop.call('GET', '/users/current'), 401);
    expectStatus(await laptop.login(fixture.developer), 200);
    expectStatus(await laptop.logOut(), 200);
    expectStatus(await laptop.call('GET', '/users/current'), 401);
  });
});

describe('access tokens', () => {
  itCovers(
    ['createAccessToken', 'listAccessTokens', 'deleteAccessToken'],
    'stand for their owner within bounds until they are revoked',
    async () => {
      const owner = as(fixture.maintainer);
      const { user_id: id, username } = await owner.get<User>('/users/current');
      const path = `/users/${id}/access-tokens`;
      const access = [{ resource: 'repository', action: 'list' }];
      const permissions = [{ kind: 'project', namespace: fixture.project, access }];
      const created = expectStatus(await owner.call('POST', path, { name: unique('cli'), permissions }), 201);
      const token = created.json<{ id: number; token: string }>();
      expect(await owner.get<object[]>(path)).toMatchObject([{ id: token.id, permissions }]);
      const bearer = as({ username, password: token.token });
      expectStatus(await bearer.call('GET', `/projects/${fixture.project}/repositories`), 200);
      expectStatus(await bearer.call('GET', `/projects/${fixture.project}/members`), 403);
      const authorization = basic({ username, password: token.token });
      const registry = () => send(`${fixture.platform.httpUrl}/v2/`, { headers: { authorization } });
      expectStatus(await registry(), 200);
      expectStatus(await owner.call('DELETE', `${path}/${token.id}`), 200);
      expectStatus(await bearer.call('GET', '/users/current'), 401);
      await sleep(2_000);
      expectStatus(await registry(), 401);
    },
  );
});
