import { allPermissions, type TokenGrant } from '@breakwater/access';
import { AppError } from '@breakwater/kernel';

/** As the API groups grants. */
export interface TokenPermissionInput {
  kind: string;
  /** `/` for the system, `*` for every project, else a project's name. */
  namespace: string;
  access: readonly { resource: string; action: string }[];
}

const maxGrants = 1_000;
const maxProjects = 20;
const maxLifetimeDays = 3_650;

const nameOf = ({ resource, action }: { resource: string; action: string }): string => `${resource}:${action}`;

/**
 * A robot may hold more than the token that made it, and its secret can be asked for anew: who may do that needs the
 * account itself.
 */
const never = new Set(['robot:create', 'robot:update']);
const known = {
  system: new Set(allPermissions.system.map(nameOf).filter((name) => !never.has(name))),
  project: new Set(allPermissions.project.map(nameOf).filter((name) => !never.has(name))),
};

/** The projects that permissions name, each once. Throws BAD_REQUEST. */
export function projectsNamed(permissions: readonly TokenPermissionInput[]): string[] {
  const names = permissions.filter(({ kind, namespace }) => kind === 'project' && namespace !== '*');
  const unique = [...new Set(names.map(({ namespace }) => namespace))];
  if (unique.length > maxProjects) throw bad(`a token names at most ${maxProjects} projects`);
  return unique;
}

/** `projects`: the ids of those that `projectsNamed` answers. Throws BAD_REQUEST. */
export function tokenGrants(
  permissions: readonly TokenPermissionInput[],
  projects: ReadonlyMap<string, number>,
): TokenGrant[] {
  if (permissions.length === 0) throw bad('permissions must not be empty; without them the token may all');
  const grants = new Map<string, TokenGrant>();
  for (const { kind, namespace, access } of permissions) {
    const projectId = placeOf(kind, namespace, projects);
    if (access.length === 0) throw bad('access must not be empty');
    for (const { resource, action } of access) {
      if (!known[projectId === 0 ? 'system' : 'project'].has(nameOf({ resource, action })))
        throw bad(`a token cannot be given ${nameOf({ resource, action }).slice(0, 128)}`);
      grants.set(`${projectId}:${nameOf({ resource, action })}`, { projectId, namespace, resource, action });
    }
  }
  if (grants.size > maxGrants) throw bad(`a token has at most ${maxGrants} permissions`);
  return [...grants.values()];
}

function placeOf(kind: string, namespace: string, projects: ReadonlyMap<string, number>): number {
  if (kind === 'system' && namespace === '/') return 0;
  if (kind === 'project' && namespace === '*') return -1;
  const id = kind === 'project' ? projects.get(namespace) : undefined;
  if (id === undefined) throw bad('a permission is of the kind system with the namespace /, or project with a project');
  return id;
}

/** Throws BAD_REQUEST. */
export function validateTokenName(name: string): void {
  if (name.length < 1 || name.length > 255 || name.trim() !== name || /\p{Cc}/u.test(name))
    throw bad('the name of a token has 1 to 255 characters and no blanks around them');
}

/** Throws BAD_REQUEST. */
export function validateExpiry(expiry: Date | undefined, now = new Date()): void {
  if (expiry === undefined) return;
  const days = (expiry.getTime() - now.getTime()) / 86_400_000;
  if (!(days > 0 && days <= maxLifetimeDays))
    throw bad(`expires_at must be a time to come, at most ${maxLifetimeDays} days from now`);
}

function bad(message: string): AppError {
  return new AppError('BAD_REQUEST', message, { reason: 'access-token.invalid' });
}
