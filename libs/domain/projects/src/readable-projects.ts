import type { Principal } from '@breakwater/access';
import type { SqlParameters } from '@breakwater/platform';
import { grantedToRobot, projectsWith, visibleProjects } from './project-visibility';

/**
 * The SQL condition, on `project p`, for the projects whose artifacts the principal may list: every role brings that, and
 * so does a public project; a robot or an access token was given it or not.
 */
export function readableProjects(principal: Principal, parameters: SqlParameters): string {
  if (principal.kind === 'robot') {
    const { allowed, denied } = grantedToRobot(principal, 'artifact:list', parameters);
    return `((p.public OR ${allowed}) AND NOT ${denied})`;
  }
  if (principal.kind === 'user' && principal.token?.grants)
    return `(p.public OR p.id = ANY(${projectsWith(principal, 'artifact:list', parameters)}))`;
  return visibleProjects(principal, parameters);
}
