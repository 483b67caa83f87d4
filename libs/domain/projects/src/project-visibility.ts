import { can, type Principal } from '@breakwater/access';
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

function seesAll(principal: Principal): boolean {
  if (can(principal, 'project:list')) return true;
  return (
    principal.kind === 'robot' &&
    principal.projectId === 0 &&
    principal.grants.some(({ namespace, effect }) => namespace === '*' && effect === 'allow')
  );
}
