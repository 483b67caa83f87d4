import { isGrantable, type RobotGrant, type RobotPrincipal } from '@breakwater/access';
import { AppError } from '@breakwater/kernel';

export type RobotLevel = 'system' | 'project';

export interface RobotAccess {
  resource: string;
  action: string;
  effect?: string;
}

/** As the API groups grants. */
export interface RobotPermissionInput {
  kind: string;
  namespace: string;
  access: RobotAccess[];
}

/** Days: -1 for ever, else at least one. */
export const maxDuration = 2_147_483_646;
const maxGrants = 10_000;

/** Throws BAD_REQUEST. `+` parts a project from its robot's name. */
export function validateRobotName(name: string): void {
  if (name.length <= 255 && /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/.test(name)) return;
  throw bad('robot name is not in lower case or contains illegal characters');
}

/** Throws BAD_REQUEST. */
export function validateDuration(days: number): void {
  if (Number.isInteger(days) && (days === -1 || (days >= 1 && days <= maxDuration))) return;
  throw bad(`bad request error duration input: ${days}, duration must be either -1(Never) or a positive integer`);
}

/** Throws BAD_REQUEST. */
export function parseLevel(level: string): RobotLevel {
  if (level === 'system' || level === 'project') return level;
  throw bad(`bad request error level input: ${level.slice(0, 64)}`);
}

/** Seconds since the epoch, counted from the robot's creation; -1 for never. */
export function expiryOf(creationTime: Date, days: number): number {
  return days === -1 ? -1 : Math.floor(creationTime.getTime() / 1_000) + days * 86_400;
}

/** Who looks at a robot is warned so long before it ends. */
const warningDays = 14;

/** Whether a robot with that expiry has ended, or soon will. */
export function expiryWarning(expiresAt: number, now = new Date()): 'none' | 'soon' | 'expired' {
  if (expiresAt < 0) return 'none';
  const daysLeft = (expiresAt - now.getTime() / 1_000) / 86_400;
  if (daysLeft <= 0) return 'expired';
  return daysLeft <= warningDays ? 'soon' : 'none';
}

/**
 * The grants that a request asks for, each once; where it both allows and denies, the denial stays.
 * Throws BAD_REQUEST.
 */
export function parseGrants(level: RobotLevel, permissions: readonly RobotPermissionInput[]): RobotGrant[] {
  if (permissions.length === 0) throw bad('bad request empty permission');
  if (level === 'project' && !namesOneProject(permissions)) throw bad('bad request permission');
  const grants = new Map<string, RobotGrant>();
  for (const grant of permissions.flatMap(grantsOf)) {
    const key = [grant.kind, grant.namespace, grant.resource, grant.action].join('\n');
    if (grant.effect === 'deny' || !grants.has(key)) grants.set(key, grant);
  }
  if (grants.size > maxGrants) throw bad(`bad request permission: more than ${maxGrants}`);
  return [...grants.values()];
}

/** The robot of a project has that project and nothing else. */
function namesOneProject([first, ...more]: readonly RobotPermissionInput[]): boolean {
  return more.length === 0 && first?.kind === 'project' && first.namespace !== '*';
}

function grantsOf({ kind, namespace, access }: RobotPermissionInput): RobotGrant[] {
  if (kind !== 'system' && kind !== 'project') throw bad(`bad request permission level: ${kind.slice(0, 64)}`);
  if (kind === 'system' && namespace !== '/') throw bad('unknown namespace');
  if (namespace === '' || namespace.length > 255 || namespace.includes('\0')) throw bad('unknown namespace');
  if (access.length === 0) throw bad('bad request empty access');
  return access.map(({ resource, action, effect = 'allow' }) => {
    if (!isGrantable(kind, resource, action))
      throw bad(`bad request permission: ${resource.slice(0, 64)}:${action.slice(0, 64)}`);
    if (effect !== 'allow' && effect !== 'deny' && effect !== '')
      throw bad(`bad request effect: ${effect.slice(0, 64)}`);
    return { kind, namespace, resource, action, effect: effect === 'deny' ? 'deny' : 'allow' };
  });
}

/** Push brings pull to the robots of a project: counted here as if it had been asked for. */
function withImpliedPull(level: RobotLevel, grants: readonly RobotGrant[]): RobotGrant[] {
  const pushes = grants.filter(
    ({ resource, action, effect }) =>
      level === 'project' && resource === 'repository' && action === 'push' && effect === 'allow',
  );
  return [...grants, ...pushes.map((grant): RobotGrant => ({ ...grant, action: 'pull' }))];
}

/** A robot may pass on what it holds, no more (section 1.6). Throws DENIED. */
export function assertWithin(level: RobotLevel, grants: readonly RobotGrant[], holder: RobotPrincipal): void {
  const holds = withImpliedPull(holder.projectId === 0 ? 'system' : 'project', holder.grants);
  const asked = withImpliedPull(level, grants);
  const denied = (grant: RobotGrant): boolean =>
    asked.some(
      (other) =>
        other.effect === 'deny' &&
        other.resource === grant.resource &&
        other.action === grant.action &&
        other.namespace === grant.namespace,
    );
  const held = (grant: RobotGrant): boolean => {
    const same = holds.filter(
      ({ kind, resource, action }) => kind === grant.kind && resource === grant.resource && action === grant.action,
    );
    const covers = (other: RobotGrant): boolean => other.namespace === grant.namespace || other.namespace === '*';
    const touches = (other: RobotGrant): boolean => covers(other) || grant.namespace === '*';
    return (
      same.some((other) => other.effect === 'allow' && covers(other)) &&
      !same.some((other) => other.effect === 'deny' && touches(other))
    );
  };
  if (asked.every((grant) => grant.effect === 'deny' || denied(grant) || held(grant))) return;
  throw new AppError(
    'DENIED',
    `permission scope is invalid. It must be equal to or more restrictive than the creator robot's permissions: ${holder.name}`,
    { reason: 'robot.permission-exceeded' },
  );
}

function bad(message: string): AppError {
  return new AppError('BAD_REQUEST', message);
}
