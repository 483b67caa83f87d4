import {
  can,
  permissionsOfRole,
  roleIds,
  type Principal,
  type ProjectPermission,
  type RobotPrincipal,
} from '@breakwater/access';
import type { SqlParameters } from '@breakwater/platform';

/**
 * The SQL condition, on `project p`, for the projects that lists show: all to administrators and the platform itself,
 * else the public ones and those that the user is a member of or the robot has a grant on.
 */
export function visibleProjects(principal: Principal, parameters: SqlParameters): string {
  if (seesAll(principal)) return 'true';
  const own = ownProjects(principal, parameters);
  return own === 'false' ? 'p.public' : `(p.public OR ${own})`;
}

/** The condition for the projects that the principal has a part in, public or not. */
export function ownProjects(principal: Principal, parameters: SqlParameters): string {
  if (principal.kind === 'user') {
    return `EXISTS (SELECT FROM project_member m WHERE m.project_id = p.id AND m.entity_type = 'u' AND m.entity_id = ${parameters.add(principal.id)})`;
  }
  if (principal.kind !== 'robot') return 'false';
  if (principal.projectId !== 0) return `p.id = ${parameters.add(principal.projectId)}`;
  const names = principal.grants
    .filter(({ kind, effect }) => kind === 'project' && effect === 'allow')
    .map(({ namespace }) => namespace);
  return `p.name = ANY(${parameters.add([...new Set(names)])}::text[])`;
}

/**
 * An SQL array of the ids of the projects on which the principal holds the permission by a role or a grant: what is public
 * does not count. For those who hold it everywhere, ask `can`.
 */
export function projectsWith(principal: Principal, permission: ProjectPermission, parameters: SqlParameters): string {
  if (principal.kind === 'robot') return projectsOfRobot(principal, permission, parameters);
  const user = parameters.add(principal.kind === 'user' ? principal.id : 0);
  const roles = Object.values(roleIds).filter((role) => permissionsOfRole(role).has(permission));
  return `ARRAY(SELECT m.project_id FROM project_member m WHERE m.entity_type = 'u' AND m.entity_id = ${user} AND m.role_id = ANY(${parameters.add(roles)}::int[]))`;
}

/** The robot of a project stays inside it whatever its grants say, and a deny wins (`can`). */
function projectsOfRobot({ grants, projectId }: RobotPrincipal, permission: string, parameters: SqlParameters): string {
  const relevant = grants.filter(
    ({ kind, resource, action }) => kind === 'project' && `${resource}:${action}` === permission,
  );
  const [allowed, denied] = (['allow', 'deny'] as const).map((wanted) =>
    relevant.filter(({ effect }) => effect === wanted).map(({ namespace }) => namespace),
  ) as [string[], string[]];
  if (projectId !== 0) {
    const own = allowed.length > 0 && denied.length === 0 ? [projectId] : [];
    return `${parameters.add(own)}::bigint[]`;
  }
  const among = (names: string[]) => (names.includes('*') ? 'true' : `p.name = ANY(${parameters.add(names)}::text[])`);
  return `ARRAY(SELECT p.id FROM project p WHERE ${among(allowed)} AND NOT ${among(denied)})`;
}

function seesAll(principal: Principal): boolean {
  if (can(principal, 'project:list')) return true;
  return (
    principal.kind === 'robot' &&
    principal.projectId === 0 &&
    principal.grants.some(({ namespace, effect }) => namespace === '*' && effect === 'allow')
  );
}
