import { can, registryActions, trustPass, type ProjectFacts } from './can';
import { permissionsOfRole, publicPermissions, robotCatalogue, type Permission } from './permissions';
import { anonymous, type Principal, type RobotGrant, type RobotPrincipal, type UserPrincipal } from './principal';
import { isRoleId, roleName } from './roles';
import fc from 'fast-check';

/**
 * Harbor's matrix, copied by hand from management-platform.md section 3.2. Never derive it from permissions.ts.
 * C create, R read, U update, D delete, L list, O operate, S stop; P pull, H push.
 */
const matrix = `
  resource            | projectAdmin | maintainer | developer | guest | limitedGuest | public
  project             | RUD          | R          | R         | R     | R            | R
  member              | CRUDL        | RL         | RL        | RL    |              |
  metadata            | CRUD         | R          |           |       |              |
  log                 | L            |            |           |       |              |
  label               | CRUDL        | CRUDL      | RL        | RL    |              | RL
  quota               | R            | R          | R         | R     | R            |
  repository          | CRUDLPH      | CRUDLPH    | CRULPH    | RLP   | RLP          | LP
  tag-retention       | CRUDLO       | CRUDLO     | CRUDLO    |       |              |
  immutable-tag       | CUDL         | CUDL       |           |       |              |
  configuration       | RU           | R          | R         | R     | R            |
  robot               | CRUDL        | RL         | RL        | RL    |              |
  notification-policy | CRUDL        | RL         |           |       |              |
  scan                | CRS          | CRS        | R         | R     | R            | R
  sbom                | CRS          | CRS        | R         | R     | R            |
  scanner             | CR           | R          | R         | R     | R            | R
  artifact            | CRDL         | CRDL       | CRL       | RL    | RL           | RL
  artifact-addition   | R            | R          | R         | R     | R            | R
  tag                 | CDL          | CDL        | CL        | L     | L            | L
  accessory           | L            | L          | L         | L     | L            | L
  artifact-label      | CD           | CD         | CD        |       |              |
  preheat-policy      | CRUDL        |            |           |       |              |
  export-cve          | CRL          | CRL        | CRL       |       |              |
`;

/** Harbor's ids, from section 3.1. */
const ids: Record<string, number> = { projectAdmin: 1, developer: 2, guest: 3, maintainer: 4, limitedGuest: 5 };

const actions: Record<string, string> = {
  C: 'create',
  R: 'read',
  U: 'update',
  D: 'delete',
  L: 'list',
  O: 'operate',
  S: 'stop',
  P: 'pull',
  H: 'push',
};

const cells = (line: string): string[] => line.split('|').map((cell) => cell.trim());
const [header = '', ...lines] = matrix.trim().split('\n');
const columns = cells(header).slice(1);
const resources = lines.map((line) => cells(line)[0] ?? '');

/** `repository:pull` … of one column, sorted. */
function expected(column: string): string[] {
  const index = columns.indexOf(column) + 1;
  return lines
    .flatMap((line) => [...(cells(line)[index] ?? '')].map((letter) => `${cells(line)[0]}:${actions[letter]}`))
    .sort();
}

const everything = resources.flatMap((resource) =>
  Object.values(actions).map((action) => `${resource}:${action}` as Permission),
);

const project = (facts: Partial<ProjectFacts> = {}): ProjectFacts => ({
  id: 7,
  name: 'team',
  public: false,
  epoch: 0,
  roles: [],
  ...facts,
});
const user = (facts: Partial<UserPrincipal> = {}): UserPrincipal => ({
  kind: 'user',
  id: 3,
  name: 'alice',
  sysadmin: false,
  epoch: 0,
  ...facts,
});
const robot = (grants: RobotGrant[], projectId = 0): RobotPrincipal => ({
  kind: 'robot',
  id: 4,
  name: 'robot$ci',
  projectId,
  grants,
  epoch: 0,
});
const grant = (resource: string, action: string, facts: Partial<RobotGrant> = {}): RobotGrant => ({
  kind: 'project',
  namespace: 'team',
  resource,
  action,
  effect: 'allow',
  ...facts,
});

const allowed = (principal: Principal, facts: ProjectFacts): string[] =>
  everything.filter((permission) => can(principal, permission, { project: facts })).sort();

describe('project roles (section 3.2)', () => {
  it('transcribed the whole matrix', () => {
    expect(resources).toHaveLength(22);
    expect(expected('projectAdmin')).toHaveLength(75);
  });

  it.each(Object.entries(ids))('%s may do exactly what Harbor lets it', (name, id) => {
    expect(allowed(user(), project({ roles: [id] }))).toEqual(expected(name));
    expect([...permissionsOfRole(id)].sort()).toEqual(expected(name));
    expect(roleName(id)).toBe(name);
  });

  it('lets anyone do on a public project what Harbor does', () => {
    expect(allowed(anonymous, project({ public: true }))).toEqual(expected('public'));
    expect(allowed(user(), project({ public: true }))).toEqual(expected('public'));
    expect([...publicPermissions].sort()).toEqual(expected('public'));
  });

  it('gives the union of several roles, and of the public column', () => {
    const union = [...new Set([...expected('limitedGuest'), ...expected('developer'), ...expected('public')])].sort();
    expect(allowed(user(), project({ public: true, roles: [5, 2] }))).toEqual(union);
  });

  it('lets nobody in who has no role on a private project', () => {
    expect(allowed(user(), project())).toEqual([]);
    expect(allowed(anonymous, project())).toEqual([]);
  });

  it('knows five roles and no other', () => {
    expect([0, 1, 2, 3, 4, 5, 6].filter(isRoleId)).toEqual([1, 2, 3, 4, 5]);
    expect(allowed(user(), project({ roles: [6, 0, -1] }))).toEqual([]);
  });

  it('keeps limited guest within guest within developer', () => {
    expect(expected('guest')).toEqual(expect.arrayContaining(allowed(user(), project({ roles: [5] }))));
    const developer = allowed(user(), project({ roles: [2] }));
    expect(developer).toEqual(expect.arrayContaining(allowed(user(), project({ roles: [3] }))));
  });
});

describe('the system', () => {
  it.each(['user:list', 'catalog:read', 'robot:create', 'configuration:update', 'project:create'] as const)(
    '%s is for administrators',
    (permission) => {
      expect(can(user({ sysadmin: true }), permission)).toBe(true);
      expect(can({ kind: 'internal', name: 'jobservice' }, permission)).toBe(true);
      expect(can(user(), permission)).toBe(false);
      expect(can(anonymous, permission)).toBe(false);
    },
  );

  it('does not take a role in a project for one in the system', () => {
    expect(can(user(), 'robot:create', {})).toBe(false);
    expect(can(user(), 'robot:create', { project: project({ roles: [1] }) })).toBe(true);
  });
});

describe('robots', () => {
  it('does what it was given, in the namespace it was given, and nothing else', () => {
    const puller = robot([grant('repository', 'pull')]);
    expect(allowed(puller, project())).toEqual(['repository:pull']);
    expect(allowed(puller, project({ name: 'other' }))).toEqual([]);
    expect(can(puller, 'catalog:read')).toBe(false);
  });

  it('takes * for every project', () => {
    expect(allowed(robot([grant('tag', 'list', { namespace: '*' })]), project({ name: 'any' }))).toEqual(['tag:list']);
  });

  it('is confined to its project whatever its grants say', () => {
    const own = robot(
      [grant('repository', 'push', { namespace: '*' }), grant('user', 'list', { kind: 'system', namespace: '/' })],
      7,
    );
    expect(allowed(own, project({ id: 7 }))).toEqual(['repository:pull', 'repository:push']);
    expect(allowed(own, project({ id: 8 }))).toEqual([]);
    expect(can(own, 'user:list')).toBe(false);
  });

  it('gives pull with push to the robots of a project only', () => {
    expect(registryActions(robot([grant('repository', 'push')], 7), project())).toEqual(['pull', 'push']);
    expect(registryActions(robot([grant('repository', 'push')]), project())).toEqual(['push']);
  });

  it.each([0, 7])('lets a denial win over everything (project %i)', (projectId) => {
    const denied = robot(
      [grant('repository', 'pull'), grant('repository', 'push'), grant('repository', 'pull', { effect: 'deny' })],
      projectId,
    );
    expect(can(denied, 'repository:pull', { project: project() })).toBe(false);
    expect(can(denied, 'repository:pull', { project: project({ public: true }) })).toBe(false);
    expect(can(denied, 'repository:push', { project: project() })).toBe(true);
  });

  it('does not take a denied push for a denied pull', () => {
    expect(
      registryActions(
        robot([grant('repository', 'push', { effect: 'deny' }), grant('repository', 'pull')], 7),
        project(),
      ),
    ).toEqual(['pull']);
  });

  it('may do on public projects what anyone may', () => {
    expect(allowed(robot([]), project({ public: true }))).toEqual(expected('public'));
  });

  it('keeps the kinds of grants apart', () => {
    expect(can(robot([grant('label', 'read')]), 'label:read')).toBe(false);
    expect(can(robot([grant('label', 'read', { kind: 'system', namespace: '/' })]), 'label:read')).toBe(true);
    expect(
      can(robot([grant('label', 'read', { kind: 'system', namespace: '/' })]), 'label:read', { project: project() }),
    ).toBe(false);
  });

  const anyGrant = fc.record({
    kind: fc.constantFrom('system' as const, 'project' as const),
    namespace: fc.constantFrom('team', 'other', '*', '/'),
    resource: fc.constantFrom(...resources),
    action: fc.constantFrom(...Object.values(actions)),
    effect: fc.constantFrom('allow' as const, 'deny' as const),
  });

  it('never exceeds its grants on a private project', () => {
    fc.assert(
      fc.property(fc.array(anyGrant, { maxLength: 30 }), fc.constantFrom(0, 7, 8), (grants, projectId) => {
        const granted = new Set(
          grants
            .filter(({ kind, effect }) => kind === 'project' && effect === 'allow')
            .map(({ resource, action }) => `${resource}:${action}`),
        );
        if (granted.has('repository:push') && projectId !== 0) granted.add('repository:pull');
        const held = allowed(robot(grants, projectId), project());
        expect(held.filter((permission) => !granted.has(permission))).toEqual([]);
        if (projectId === 8) expect(held).toEqual([]);
      }),
    );
  });

  it('never gains by a denial', () => {
    fc.assert(
      fc.property(fc.array(anyGrant, { maxLength: 20 }), anyGrant, fc.boolean(), (grants, extra, isPublic) => {
        const before = allowed(robot(grants), project({ public: isPublic }));
        const after = allowed(robot([...grants, { ...extra, effect: 'deny' }]), project({ public: isPublic }));
        expect(before).toEqual(expect.arrayContaining(after));
      }),
    );
  });
});

describe('tokens for /v2', () => {
  it.each([
    [1, ['pull', 'push', 'delete']],
    [4, ['pull', 'push', 'delete']],
    [2, ['pull', 'push']],
    [3, ['pull']],
    [5, ['pull']],
  ])('role %i may get %j', (role, expectedActions) => {
    expect(registryActions(user(), project({ roles: [role] }))).toEqual(expectedActions);
  });

  it('are empty for strangers, and pull on public projects', () => {
    expect(registryActions(anonymous, project())).toEqual([]);
    expect(registryActions(anonymous, project({ public: true }))).toEqual(['pull']);
    expect(registryActions(user({ sysadmin: true }), project())).toEqual(['pull', 'push', 'delete']);
  });
});

describe('past trust policies', () => {
  it.each([
    ['a system administrator', user({ sysadmin: true }), project(), 'quarantine'],
    ['a project administrator', user(), project({ roles: [1] }), 'quarantine'],
    ['a developer', user(), project({ roles: [2] }), 'quarantine'],
    ['a guest', user(), project({ roles: [3] }), undefined],
    ['a stranger', user(), project({ public: true }), undefined],
    ['anybody', anonymous, project({ public: true }), undefined],
    ['a robot that pulls', robot([grant('repository', 'pull')]), project(), undefined],
    ['a robot that pushes', robot([grant('repository', 'push')], 7), project(), 'quarantine'],
    ['a robot that scans', robot([grant('repository', 'scanner-pull')]), project(), 'all'],
    [
      'a robot that scans elsewhere',
      robot([grant('repository', 'scanner-pull')]),
      project({ name: 'other' }),
      undefined,
    ],
    ['another service', { kind: 'internal', name: 'jobservice' } as const, project(), 'all'],
  ] as const)('%s', (_who, principal, where, expectedPass) => {
    expect(trustPass(principal, where)).toBe(expectedPass);
  });
});

/** Copied by hand from section 3.3, with what the "no limit" provider adds, and our `scanner-pull`. */
const systemCatalogue = `
  audit-log [list]; preheat-instance [read,create,delete,list,update]; project [list,create];
  replication-policy [read,create,delete,list,update]; replication [read,create,list]; replication-adapter [list];
  registry [read,create,delete,list,update]; scan-all [read,update,stop,create]; system-volumes [read];
  garbage-collection [read,create,list,update,stop]; purge-audit [read,create,list,update,stop]; jobservice-monitor [list,stop];
  scanner [read,create,delete,list,update]; label [read,create,delete,update]; security-hub [read,list]; catalog [read]; quota [read,list];
  robot [create,read,list,delete]; user [create,read,update,list,delete]; ldap-user [create,list]; quota [update]; user-group [create,read,update,list,delete]`;
const projectCatalogue = `
  log [list]; project [read,delete,update]; metadata [read,create,delete,list,update]; repository [read,update,delete,list,pull,push,scanner-pull];
  artifact [read,create,list,delete]; scan [create,read,stop]; sbom [create,stop,read]; tag [create,list,delete]; accessory [list];
  artifact-addition [read]; artifact-label [create,delete]; scanner [create,read]; preheat-policy [read,create,delete,list,update];
  immutable-tag [create,delete,list,update]; notification-policy [read,create,delete,list,update]; tag-retention [read,create,delete,list,update];
  label [read,create,delete,list,update]; quota [read]; robot [create,read,list,delete]; export-cve [create,read]; member [create,read,update,list,delete]`;

const parseCatalogue = (text: string): string[] =>
  text.split(';').flatMap((part) => {
    const [, resource = '', list = ''] = /([a-z-]+) \[([a-z,-]+)\]/.exec(part) ?? [];
    return list.split(',').map((action) => `${resource}:${action}`);
  });

describe('robot catalogue (section 3.3)', () => {
  it.each([
    ['system', systemCatalogue],
    ['project', projectCatalogue],
  ] as const)('%s', (kind, text) => {
    expect(robotCatalogue[kind].map(({ resource, action }) => `${resource}:${action}`).sort()).toEqual(
      parseCatalogue(text).sort(),
    );
  });
});
