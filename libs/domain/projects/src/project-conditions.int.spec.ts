import {
  anonymous,
  can,
  roleIds,
  type Principal,
  type ProjectPermission,
  type RobotGrant,
  type RoleName,
  type TokenGrant,
  type UserPrincipal,
} from '@breakwater/access';
import { ConfigModule, Database, DatabaseModule, SqlParameters } from '@breakwater/platform';
import { createTestDatabase, type TestDatabase } from '@breakwater/testing';
import { Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { projectsWith, visibleProjects } from './project-visibility';
import { readableProjects } from './readable-projects';

const projects = ['open', 'mine', 'ours', 'theirs', 'both', 'nobodys'].map((name, n) => ({
  id: n + 1,
  name,
  public: name === 'open',
  epoch: 0,
}));
const idOf = (name: string): number => projects.find((project) => project.name === name)!.id;

const people = { insider: 7, other: 8, grouped: 9, stranger: 10, admin: 11 };
type Person = keyof typeof people;
const groups: Record<string, { id: number; members: Person[] }> = {
  crew: { id: 1, members: ['insider', 'grouped'] },
  guests: { id: 2, members: ['insider', 'other'] },
  // Its id is that of a person, who is not in it.
  namesake: { id: people.stranger, members: ['other'] },
  empty: { id: 3, members: [] },
};
/** Person or group, project, role. */
const members: [string, string, RoleName][] = [
  ['insider', 'mine', 'projectAdmin'],
  ['crew', 'ours', 'maintainer'],
  ['guests', 'theirs', 'limitedGuest'],
  ['insider', 'both', 'guest'],
  ['crew', 'both', 'projectAdmin'],
  ['namesake', 'mine', 'developer'],
  ['empty', 'nobodys', 'projectAdmin'],
];

let testDatabase: TestDatabase;
let app: INestApplicationContext;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  @Module({
    imports: [
      ConfigModule.forRoot({}),
      DatabaseModule.forRoot({ DATABASE_URL: testDatabase.url, DATABASE_POOL_SIZE: 2 }),
    ],
  })
  class TestModule {}
  app = await NestFactory.createApplicationContext(TestModule, { logger: false, abortOnError: false });
  database = app.get(Database, { strict: false });
  for (const [name, id] of Object.entries(people))
    await database.query(`INSERT INTO user_account (id, username, password_hash) VALUES ($1, $2, '')`, [id, name]);
  for (const { id, name, public: isPublic } of projects)
    await database.query('INSERT INTO project (id, name, owner_id, public) VALUES ($1, $2, $3, $4)', [
      ...[id, name, people.admin, isPublic],
    ]);
  for (const [name, { id, members: within }] of Object.entries(groups)) {
    await database.query('INSERT INTO user_group (id, group_name, group_type) VALUES ($1, $2, 3)', [id, name]);
    for (const person of within)
      await database.query('INSERT INTO user_group_member (user_id, group_id) VALUES ($1, $2)', [people[person], id]);
  }
  for (const [name, project, role] of members)
    await database.query(
      'INSERT INTO project_member (project_id, entity_id, entity_type, role_id) VALUES ($1, $2, $3, $4)',
      [idOf(project), groups[name]?.id ?? people[name as Person], name in groups ? 'g' : 'u', roleIds[role]],
    );
});
afterAll(async () => {
  await app.close();
  await testDatabase.drop();
});

/** What `can` is told of it. */
function rolesOf(principal: Principal, project: string): number[] {
  if (principal.kind !== 'user') return [];
  const person = principal.name as Person;
  const held = members.filter(([name, where]) => {
    const isTheirs = name === person || groups[name]?.members.includes(person);
    return isTheirs && where === project;
  });
  return held.map(([, , role]) => roleIds[role]);
}

const user = (name: Person, grants?: TokenGrant[] | null): UserPrincipal => ({
  ...({ kind: 'user', id: people[name], name, sysadmin: name === 'admin', epoch: 0 } as const),
  ...(grants !== undefined && { token: { id: 1, grants } }),
});
const token = (projectId: number, permission: string): TokenGrant => {
  const [resource = '', action = ''] = permission.split(':');
  return { projectId, namespace: '', resource, action };
};
const robot = (projectId: number, ...given: [string, string, RobotGrant['effect']?][]): Principal => ({
  ...({ kind: 'robot', id: 1, name: 'robot$r', projectId, epoch: 0 } as const),
  grants: given.map(([namespace, permission, effect = 'allow']) => {
    const [resource = '', action = ''] = permission.split(':');
    return { kind: 'project', namespace, resource, action, effect };
  }),
});

const callers: [string, Principal][] = [
  ...(Object.keys(people) as Person[]).map((name): [string, Principal] => [name, user(name)]),
  ['anonymous', anonymous],
  ['a token that says nothing less', user('insider', null)],
  ['a token for one project', user('insider', [token(idOf('ours'), 'artifact:list')])],
  [
    'a token for projects of others as well',
    user(
      'grouped',
      projects.map(({ id }) => token(id, 'artifact:list')),
    ),
  ],
  ['a token for every project', user('insider', [token(-1, 'artifact:list'), token(-1, 'log:list')])],
  ['a token for one log, and all artifacts', user('insider', [token(-1, 'artifact:list'), token(2, 'log:list')])],
  ['a token for something else', user('insider', [token(-1, 'tag:list')])],
  ['a token for the system', user('insider', [token(0, 'artifact:list')])],
  ['a token for nothing', user('insider', [])],
  ['a token of an administrator', user('admin', [token(idOf('nobodys'), 'artifact:list')])],
  ['a token of an administrator for every log', user('admin', [token(-1, 'log:list')])],
  ['a token of an administrator for nothing', user('admin', [])],
  ['a robot of a project', robot(idOf('ours'), ['ours', 'artifact:list'], ['theirs', 'artifact:list'])],
  ['a robot of every project', robot(0, ['*', 'artifact:list'], ['mine', 'artifact:list', 'deny'])],
  ['a robot that is kept from what is public', robot(0, ['open', 'artifact:list', 'deny'], ['mine', 'log:list'])],
];

const found = async (condition: (parameters: SqlParameters) => string): Promise<string[]> => {
  const parameters = new SqlParameters();
  const sql = `SELECT p.name FROM project p WHERE ${condition(parameters)} ORDER BY p.id`;
  return (await database.query<{ name: string }>(sql, parameters.values)).map(({ name }) => name);
};
/** What the rule says, project by project. */
const allowed = (principal: Principal, permission: ProjectPermission, { evenPublic }: { evenPublic: boolean }) =>
  projects
    .filter((project) => {
      const facts = { ...project, public: evenPublic && project.public, roles: rolesOf(principal, project.name) };
      return can(principal, permission, { project: facts });
    })
    .map(({ name }) => name);

describe.each(callers)('the conditions for %s', (_title, principal) => {
  it('find the projects where `can` lets artifacts be listed', async () => {
    expect(await found((parameters) => readableProjects(principal, parameters))).toEqual(
      allowed(principal, 'artifact:list', { evenPublic: true }),
    );
  });

  it.each<ProjectPermission>(['log:list', 'artifact:list', 'member:list', 'repository:push'])(
    'find the projects where `can` allows %s by a role or a grant',
    async (permission) => {
      expect(await found((parameters) => `p.id = ANY(${projectsWith(principal, permission, parameters)})`)).toEqual(
        allowed(principal, permission, { evenPublic: false }),
      );
    },
  );

  it('list every project whose artifacts may be read', async () => {
    const shown = await found((parameters) => visibleProjects(principal, parameters));
    expect(shown).toEqual(expect.arrayContaining(await found((parameters) => readableProjects(principal, parameters))));
  });
});

it('groups bring what their roles allow, and only to who is in them', async () => {
  const logs = (name: Person) =>
    found((parameters) => `p.id = ANY(${projectsWith(user(name), 'log:list', parameters)})`);
  const read = (name: Person) => found((parameters) => readableProjects(user(name), parameters));
  expect(await read('grouped')).toEqual(['open', 'ours', 'both']);
  expect(await read('other')).toEqual(['open', 'mine', 'theirs']);
  expect(await read('stranger')).toEqual(['open']);
  expect(await logs('grouped')).toEqual(['both']);
  expect(await logs('stranger')).toEqual([]);
});
