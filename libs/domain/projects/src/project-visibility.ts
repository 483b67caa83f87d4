import {
  can,
  permissionsOfRole,
  roleIds,
  type Principal,
  type ProjectPermission,
  type RobotGrant,
  type RobotPrincipal,
  type TokenGrant,
  type UserPrincipal,
} from '@breakwater/access';
import type { SqlParameters } from '@breakwater/platform';
import { projectsOf } from './membership';

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
  if (principal.kind === 'user') return ofUser(principal, parameters);
  if (principal.kind !== 'robot') return 'false';
  if (principal.projectId !== 0) return `p.id = ${parameters.add(principal.projectId)}`;
  const names = principal.grants
    .filter(({ kind, effect }) => kind === 'project' && effect === 'allow')
    .map(({ namespace }) => namespace);
  return `p.name = ANY(${parameters.add([...new Set(names)])}::text[])`;
}

/** An administrator whose access token names projects has a part in those. */
function ofUser(user: UserPrincipal, parameters: SqlParameters): string {
  const own = user.token?.grants && user.sysadmin ? 'true' : `p.id IN (${projectsOf(parameters.add(user.id))})`;
  const within = withinGrants(user.token?.grants, parameters);
  return within === 'true' ? own : `(${own} AND ${within})`;
}

/** The condition that an access token, which may say less than its owner may, reaches `project p`. */
function withinGrants(grants: readonly TokenGrant[] | null | undefined, parameters: SqlParameters): string {
  if (!grants || grants.some(({ projectId }) => projectId === -1)) return 'true';
  return `p.id = ANY(${parameters.add(grants.map(({ projectId }) => projectId))}::bigint[])`;
}

/**
 * An SQL array of the ids of the projects on which the principal holds the permission by a role or a grant: what is public
 * does not count. For those who hold it everywhere, ask `can`.
 */
export function projectsWith(principal: Principal, permission: ProjectPermission, parameters: SqlParameters): string {
  if (principal.kind === 'user') return projectsOfUser(principal, permission, parameters);
  if (principal.kind === 'robot') return projectsOfRobot(principal, permission, parameters);
  return 'ARRAY[]::bigint[]';
}

function projectsOfUser(user: UserPrincipal, permission: ProjectPermission, parameters: SqlParameters): string {
  const grants = user.token?.grants?.filter(({ resource, action }) => `${resource}:${action}` === permission);
  const roles = Object.values(roleIds).filter((role) => permissionsOfRole(role).has(permission));
  const own = user.sysadmin
    ? 'true'
    : `p.id IN (${projectsOf(parameters.add(user.id), `m.role_id = ANY(${parameters.add(roles)}::int[])`)})`;
  return `ARRAY(SELECT p.id FROM project p WHERE ${own} AND ${withinGrants(grants, parameters)})`;
}

function projectsOfRobot(robot: RobotPrincipal, permission: ProjectPermission, parameters: SqlParameters): string {
  const { allowed, denied } = grantedToRobot(robot, permission, parameters);
  return `ARRAY(SELECT p.id FROM project p WHERE ${allowed} AND NOT ${denied})`;
}

/**
 * The conditions that the robot was given the permission on `project p`, and that it was denied it. The robot of a project
 * stays inside it whatever its grants say, and a deny wins (`can`).
 */
export function grantedToRobot(
  { grants, projectId }: RobotPrincipal,
  permission: ProjectPermission,
  parameters: SqlParameters,
): Record<'allowed' | 'denied', string> {
  const relevant = grants.filter(
    ({ kind, resource, action }) => kind === 'project' && `${resource}:${action}` === permission,
  );
  const condition = (wanted: RobotGrant['effect']): string => {
    const names = relevant.filter(({ effect }) => effect === wanted).map(({ namespace }) => namespace);
    if (names.length === 0) return 'false';
    if (projectId !== 0) return `p.id = ${parameters.add(projectId)}`;
    return names.includes('*') ? 'true' : `p.name = ANY(${parameters.add([...new Set(names)])}::text[])`;
  };
  return { allowed: condition('allow'), denied: condition('deny') };
}

function seesAll(principal: Principal): boolean {
  if (can(principal, 'project:list')) return true;
  return (
    principal.kind === 'robot' &&
    principal.projectId === 0 &&
    principal.grants.some(({ namespace, effect }) => namespace === '*' && effect === 'allow')
  );
}
