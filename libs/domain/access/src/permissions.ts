import { roleIds, type RoleId, type RoleName } from './roles';

/**
 * Every permission of the platform (management-platform.md sections 3.2 and 3.3), the only table of it.
 * C create, R read, U update, D delete, L list, O operate, S stop; `pull`, `push` and `scanner-pull` are written out.
 */
const letters = { C: 'create', R: 'read', U: 'update', D: 'delete', L: 'list', O: 'operate', S: 'stop' } as const;

/** In addition to Harbor, which gives `scanner-pull` to its scanners alone. */
const words = ['pull', 'push', 'scanner-pull'] as const;

export type Action = (typeof letters)[keyof typeof letters] | (typeof words)[number];

/** What a member of each role may do, what anyone may do on a public project, and what a robot may be given. */
type Row = Record<RoleName | 'public' | 'robot', string>;

const columns = ['projectAdmin', 'maintainer', 'developer', 'guest', 'limitedGuest', 'public', 'robot'] as const;

type Cells = [string, string, string, string, string, string, string];

const row = (...cells: Cells): Row => Object.fromEntries(columns.map((column, index) => [column, cells[index]])) as Row;

/** On a project. `project` is the project itself, `self` in Harbor's tables. */
// prettier-ignore
const projectTable = {
  //                         projectAdmin       maintainer         developer         guest      limitedGuest  public    robot
  project:               row('RUD',             'R',               'R',              'R',       'R',          'R',      'RUD'),
  member:                row('CRUDL',           'RL',              'RL',             'RL',      '',           '',       'CRUDL'),
  metadata:              row('CRUD',            'R',               '',               '',        '',           '',       'CRUDL'),
  log:                   row('L',               '',                '',               '',        '',           '',       'L'),
  label:                 row('CRUDL',           'CRUDL',           'RL',             'RL',      '',           'RL',     'CRUDL'),
  quota:                 row('R',               'R',               'R',              'R',       'R',          '',       'R'),
  repository:            row('CRUDL pull push', 'CRUDL pull push', 'CRUL pull push', 'RL pull', 'RL pull',    'L pull', 'RUDL pull push scanner-pull'),
  'tag-retention':       row('CRUDLO',          'CRUDLO',          'CRUDLO',         '',        '',           '',       'CRUDL'),
  'immutable-tag':       row('CUDL',            'CUDL',            '',               '',        '',           '',       'CUDL'),
  configuration:         row('RU',              'R',               'R',              'R',       'R',          '',       ''),
  robot:                 row('CRUDL',           'RL',              'RL',             'RL',      '',           '',       'CRLD'),
  'notification-policy': row('CRUDL',           'RL',              '',               '',        '',           '',       'CRUDL'),
  scan:                  row('CRS',             'CRS',             'R',              'R',       'R',          'R',      'CRS'),
  sbom:                  row('CRS',             'CRS',             'R',              'R',       'R',          '',       'CRS'),
  scanner:               row('CR',              'R',               'R',              'R',       'R',          'R',      'CR'),
  artifact:              row('CRDL',            'CRDL',            'CRL',            'RL',      'RL',         'RL',     'CRDL'),
  'artifact-addition':   row('R',               'R',               'R',              'R',       'R',          'R',      'R'),
  tag:                   row('CDL',             'CDL',             'CL',             'L',       'L',          'L',      'CDL'),
  accessory:             row('L',               'L',               'L',              'L',       'L',          'L',      'L'),
  'artifact-label':      row('CD',              'CD',              'CD',             '',        '',           '',       'CD'),
  'preheat-policy':      row('CRUDL',           '',                '',               '',        '',           '',       'CRUDL'),
  'export-cve':          row('CRL',             'CRL',             'CRL',            '',        '',           '',       'CR'),
} as const;

/** On the system: what there is, which only administrators among users may do, and what a robot may be given of it. */
const systemTable = {
  'audit-log': ['L', 'L'],
  'preheat-instance': ['CRUDL', 'CRUDL'],
  project: ['CL', 'CL'],
  'replication-policy': ['CRUDL', 'CRUDL'],
  replication: ['CRL', 'CRL'],
  'replication-adapter': ['L', 'L'],
  registry: ['CRUDL', 'CRUDL'],
  'scan-all': ['CRUS', 'CRUS'],
  'system-volumes': ['R', 'R'],
  'garbage-collection': ['CRULS', 'CRULS'],
  'purge-audit': ['CRULS', 'CRULS'],
  'jobservice-monitor': ['LS', 'LS'],
  scanner: ['CRUDL', 'CRUDL'],
  label: ['CRUD', 'CRUD'],
  'security-hub': ['RL', 'RL'],
  catalog: ['R', 'R'],
  quota: ['RUL', 'RUL'],
  robot: ['CRUDL', 'CRLD'],
  user: ['CRUDL', 'CRUDL'],
  'ldap-user': ['CL', 'CL'],
  'user-group': ['CRUDL', 'CRUDL'],
  configuration: ['RU', ''],
  // In addition to Harbor, whose webhook policies are of one project each; no robot is given it.
  'notification-policy': ['CRUDL', ''],
  'storage-import': ['CRLS', ''],
} as const;

export type ProjectResource = keyof typeof projectTable;
export type SystemResource = keyof typeof systemTable;
export type Resource = ProjectResource | SystemResource;
export type ProjectPermission = `${ProjectResource}:${Action}`;
export type SystemPermission = `${SystemResource}:${Action}`;
export type Permission = ProjectPermission | SystemPermission;

/** One entry of the robot catalogue, as GET /permissions shows it. */
export interface CatalogueEntry {
  resource: string;
  action: Action;
}

const isWord = (text: string): text is (typeof words)[number] => (words as readonly string[]).includes(text);

const actionsOf = (cell: string): Action[] =>
  cell
    .split(' ')
    .flatMap((part) => (isWord(part) ? [part] : [...part].map((letter) => letters[letter as keyof typeof letters])));

const column = (name: keyof Row): ReadonlySet<string> =>
  new Set(
    Object.entries(projectTable).flatMap(([resource, cells]) =>
      actionsOf(cells[name]).map((action) => `${resource}:${action}`),
    ),
  );

const rolePermissions = new Map<number, ReadonlySet<string>>(
  Object.entries(roleIds).map(([name, id]) => [id, column(name as RoleName)]),
);

const none: ReadonlySet<string> = new Set();

/** What a member with that role may do on the project. */
export function permissionsOfRole(roleId: RoleId | number): ReadonlySet<string> {
  return rolePermissions.get(roleId) ?? none;
}

/** What anyone may do on a public project, known or not. */
export const publicPermissions: ReadonlySet<string> = column('public');

const entries = <T extends object>(table: T, cellOf: (cells: T[keyof T]) => string): CatalogueEntry[] =>
  Object.entries(table).flatMap(([resource, cells]) =>
    [...new Set(actionsOf(cellOf(cells as T[keyof T])))].map((action) => ({ resource, action })),
  );

/** Everything that can be allowed or refused, by where. */
export const allPermissions = {
  system: entries(systemTable, ([all]) => all),
  project: entries(projectTable, (cells) => Object.values(cells).join(' ')),
} as const;

/** What a robot may be given, by the kind of the grant. */
export const robotCatalogue = {
  system: entries(systemTable, ([, robot]) => robot),
  project: entries(projectTable, ({ robot }) => robot),
} as const;

const grantable = {
  system: new Set(robotCatalogue.system.map(({ resource, action }) => `${resource}:${action}`)),
  project: new Set(robotCatalogue.project.map(({ resource, action }) => `${resource}:${action}`)),
};

export function isGrantable(kind: 'system' | 'project', resource: string, action: string): boolean {
  return grantable[kind].has(`${resource}:${action}`);
}
