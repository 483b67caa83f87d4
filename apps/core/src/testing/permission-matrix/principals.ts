import { publicPermissions, robotCatalogue, roles } from './reference';

/**
 * N anonymous, S stranger (logged in, no role), then the members of `team`: L limited guest, G guest, D developer,
 * M maintainer, P project administrator; T an access token of P that says less. R a robot of `team` with all that it can
 * be given, E one that holds next to nothing; Y a robot of the system with all that there is for the system, Z one with all
 * that there is for projects, on each of them. A system administrator, I another service of the platform.
 */
export const principals = [...'NSLGDMPTREYZAI'] as const;
export type Letter = string;

/** What E holds: no route asks for it. */
export const nextToNothing = ['export-cve:create'];
export const tokenHolds = ['project:read', 'repository:pull', 'artifact:read', 'member:list', 'robot:delete'];

/** Everything that a robot can be given, as the API takes it. */
export function accessOf(permissions: Iterable<string>): { resource: string; action: string }[] {
  return [...permissions].map((permission) => {
    const [resource = '', action = ''] = permission.split(':');
    return { resource, action };
  });
}

export const everyone = principals.join('');
/** Who has logged in. */
export const known = everyone.replace('N', '');
/**
 * What an operation asks of its caller (section 3.4): `P member:list` on the project, `S user:list` on the system, else the
 * letters of those who are let in.
 */
export type Needs = `P ${string}:${string}` | `S ${string}:${string}` | { only: string };

/** Where the roles are, or a public project in which nobody has one. */
export type Place = 'team' | 'open';

/** Who is let in, in the order of `principals`. */
export function letIn({ needs, loggedIn }: { needs: Needs; loggedIn?: true }, place: Place): string {
  const candidates = loggedIn ? known : everyone;
  return [...candidates].filter((letter) => isLetIn(letter, needs, place)).join('');
}

function isLetIn(letter: Letter, needs: Needs, place: Place): boolean {
  if (typeof needs === 'object') return needs.only.includes(letter);
  if (letter === 'A' || letter === 'I') return true;
  const permission = needs.slice(2);
  if (needs.startsWith('S')) return letter === 'Y' && robotCatalogue.system.has(permission);
  if (place === 'open')
    return publicPermissions.has(permission) || (letter === 'Z' && robotCatalogue.project.has(permission));
  return holdings(letter).has(permission);
}

/** On `team`. */
function holdings(letter: Letter): ReadonlySet<string> {
  if (letter in roles) return roles[letter as keyof typeof roles];
  if (letter === 'R' || letter === 'Z') return robotCatalogue.project;
  if (letter === 'E') return new Set(nextToNothing);
  return letter === 'T' ? new Set(tokenHolds.filter((permission) => roles.P.has(permission))) : new Set();
}
