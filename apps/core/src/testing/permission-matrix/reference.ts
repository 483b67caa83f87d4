/**
 * management-platform.md sections 3.2 and 3.3, copied by hand. Nothing here is read from the tables of the code, so that
 * a mistake there is not repeated here.
 */
const words = { C: 'create', R: 'read', U: 'update', D: 'delete', L: 'list', O: 'operate', S: 'stop' } as const;

/** Section 3.2: the columns are L guest, guest, developer, maintainer, project administrator, anyone on a public project. */
const roleTable = `
  resource            | P               | M               | D              | G       | L       | public
  project             | RUD             | R               | R              | R       | R       | R
  member              | CRUDL           | RL              | RL             | RL      |         |
  metadata            | CRUD            | R               |                |         |         |
  log                 | L               |                 |                |         |         |
  label               | CRUDL           | CRUDL           | RL             | RL      |         | RL
  quota               | R               | R               | R              | R       | R       |
  repository          | CRUDL pull push | CRUDL pull push | CRUL pull push | RL pull | RL pull | L pull
  tag-retention       | CRUDLO          | CRUDLO          | CRUDLO         |         |         |
  immutable-tag       | CUDL            | CUDL            |                |         |         |
  configuration       | RU              | R               | R              | R       | R       |
  robot               | CRUDL           | RL              | RL             | RL      |         |
  notification-policy | CRUDL           | RL              |                |         |         |
  scan                | CRS             | CRS             | R              | R       | R       | R
  sbom                | CRS             | CRS             | R              | R       | R       |
  scanner             | CR              | R               | R              | R       | R       | R
  artifact            | CRDL            | CRDL            | CRL            | RL      | RL      | RL
  artifact-addition   | R               | R               | R              | R       | R       | R
  tag                 | CDL             | CDL             | CL             | L       | L       | L
  accessory           | L               | L               | L              | L       | L       | L
  artifact-label      | CD              | CD              | CD             |         |         |
  preheat-policy      | CRUDL           |                 |                |         |         |
  export-cve          | CRL             | CRL             | CRL            |         |         |
`;

/** Section 3.3, what robots can be given on the system. */
const systemText = `
  audit-log [list]; preheat-instance [read,create,delete,list,update]; project [list,create];
  replication-policy [read,create,delete,list,update]; replication [read,create,list]; replication-adapter [list];
  registry [read,create,delete,list,update]; scan-all [read,update,stop,create]; system-volumes [read];
  garbage-collection [read,create,list,update,stop]; purge-audit [read,create,list,update,stop];
  jobservice-monitor [list,stop]; scanner [read,create,delete,list,update]; label [read,create,delete,update];
  security-hub [read,list]; catalog [read]; quota [read,list,update]; robot [create,read,list,delete];
  user [create,read,update,list,delete]; ldap-user [create,list]; user-group [create,read,update,list,delete]`;

/** Section 3.3, what robots can be given on a project. */
const projectText = `
  log [list]; project [read,delete,update]; metadata [read,create,delete,list,update];
  repository [read,update,delete,list,pull,push]; artifact [read,create,list,delete]; scan [create,read,stop];
  sbom [create,stop,read]; tag [create,list,delete]; accessory [list]; artifact-addition [read];
  artifact-label [create,delete]; scanner [create,read]; preheat-policy [read,create,delete,list,update];
  immutable-tag [create,delete,list,update]; notification-policy [read,create,delete,list,update];
  tag-retention [read,create,delete,list,update]; label [read,create,delete,list,update]; quota [read];
  robot [create,read,list,delete]; export-cve [create,read]; member [create,read,update,list,delete]`;

type Column = 'P' | 'M' | 'D' | 'G' | 'L' | 'public';

const cells = (line: string): string[] => line.split('|').map((cell) => cell.trim());
const [header = '', ...lines] = roleTable
  .trim()
  .split('\n')
  .map(cells)
  .map((row) => row.join('|'));
const columns = header.split('|');

function actionsOf(cell: string): string[] {
  return cell
    .split(' ')
    .filter(Boolean)
    .flatMap((word) =>
      word.startsWith('pu') ? [word] : [...word].map((letter) => words[letter as keyof typeof words]),
    );
}

/** `member:list` … of one column of section 3.2. */
function column(name: Column): ReadonlySet<string> {
  const index = columns.indexOf(name);
  const rows = lines.map((line) => line.split('|'));
  return new Set(rows.flatMap((row) => actionsOf(row[index] ?? '').map((action) => `${row[0] ?? ''}:${action}`)));
}

function catalogue(text: string): ReadonlySet<string> {
  return new Set(
    text.split(';').flatMap((entry) => {
      const [, resource = '', actions = ''] = /([a-z-]+) \[([a-z,]+)\]/.exec(entry) ?? [];
      return actions.split(',').map((action) => `${resource}:${action}`);
    }),
  );
}

/** What the roles may do on their project, by the letters of `Letter`. */
export const roles: Readonly<Record<'P' | 'M' | 'D' | 'G' | 'L', ReadonlySet<string>>> = {
  P: column('P'),
  M: column('M'),
  D: column('D'),
  G: column('G'),
  L: column('L'),
};
export const publicPermissions = column('public');
export const robotCatalogue = { system: catalogue(systemText), project: catalogue(projectText) };
