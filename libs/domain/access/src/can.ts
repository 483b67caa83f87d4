import { permissionsOfRole, publicPermissions, type Permission } from './permissions';
import { isAdministrator, type Principal, type RobotGrant, type RobotPrincipal, type UserPrincipal } from './principal';

/** What a decision needs to know of a project. */
export interface ProjectFacts {
  id: number;
  name: string;
  public: boolean;
  epoch: number;
  /** Ids of the roles that the asking user holds there, directly or through groups. */
  roles: readonly number[];
}

/** No project: the system. Roles apply to whole projects today; `repository` is where narrower ones will look. */
export interface Where {
  project?: ProjectFacts;
  repository?: string;
}

/** The only place that decides who may do what (management-platform.md section 3). */
export function can(principal: Principal, permission: Permission, where: Where = {}): boolean {
  if (isAdministrator(principal)) return true;
  const { project } = where;
  if (principal.kind === 'robot') return robotCan(principal, permission, project);
  if (project?.public && publicPermissions.has(permission)) return true;
  return (
    principal.kind === 'user' && tokenCovers(principal, permission, project) && userCan(principal, permission, project)
  );
}

function userCan(user: UserPrincipal, permission: Permission, project: ProjectFacts | undefined): boolean {
  if (user.sysadmin) return true;
  return project?.roles.some((role) => permissionsOfRole(role).has(permission)) ?? false;
}

/** Whether what a caller came with reaches that far: an access token may say less than its owner may. */
export function tokenCovers(principal: Principal, permission: Permission, project?: ProjectFacts): boolean {
  const grants = principal.kind === 'user' ? principal.token?.grants : undefined;
  if (!grants) return true;
  const where = project === undefined ? [0] : [project.id, -1];
  return grants.some(
    ({ projectId, resource, action }) => where.includes(projectId) && `${resource}:${action}` === permission,
  );
}

export type RegistryAction = 'pull' | 'push' | 'delete';

const registryPermissions = { pull: 'repository:pull', push: 'repository:push', delete: 'artifact:delete' } as const;

/**
 * What a registry token may grant on a repository of the project. Of a project that does not exist only administrators
 * hear more than a refusal: they may, and are told that it is not there.
 */
export function registryActions(principal: Principal, project: ProjectFacts | undefined): RegistryAction[] {
  const actions = Object.keys(registryPermissions) as RegistryAction[];
  return actions.filter((action) => can(principal, registryPermissions[action], { project }));
}

/** How far past a project's trust policy a caller pulls: past everything, or past its quarantine alone. */
export type TrustPass = 'all' | 'quarantine';

/**
 * Who scans or copies needs what is not signed yet: robots that were given `scanner-pull`. Nobody has it by their role,
 * administrators no more than others: a policy that does not hold for them would hold for nobody who was robbed. What is
 * in quarantine is for those who push.
 */
export function trustPass(principal: Principal, project: ProjectFacts | undefined): TrustPass | undefined {
  if (principal.kind === 'internal') return 'all';
  if (principal.kind === 'robot' && robotCan(principal, 'repository:scanner-pull', project)) return 'all';
  return can(principal, 'repository:push', { project }) ? 'quarantine' : undefined;
}

/** A robot never counts as a member, yet may do what anyone may on a public project. A deny wins over all. */
function robotCan(robot: RobotPrincipal, permission: Permission, project: ProjectFacts | undefined): boolean {
  const effects = robot.grants
    .filter((grant) => applies(robot, grant, project) && covers(robot, grant, permission))
    .map(({ effect }) => effect);
  if (effects.includes('deny')) return false;
  return effects.includes('allow') || (project?.public === true && publicPermissions.has(permission));
}

/** The robot of a project stays inside it whatever its grants say. */
function applies(robot: RobotPrincipal, grant: RobotGrant, project: ProjectFacts | undefined): boolean {
  if (project === undefined) return robot.projectId === 0 && grant.kind === 'system' && grant.namespace === '/';
  if (grant.kind !== 'project') return false;
  if (robot.projectId !== 0) return robot.projectId === project.id;
  return grant.namespace === '*' || grant.namespace === project.name;
}

/** Push brings pull, for the robots of a project only (section 1.6): docker reads while it pushes. */
function covers(robot: RobotPrincipal, grant: RobotGrant, permission: Permission): boolean {
  if (`${grant.resource}:${grant.action}` === permission) return true;
  const pushes = grant.resource === 'repository' && grant.action === 'push' && grant.effect === 'allow';
  return pushes && permission === 'repository:pull' && robot.projectId !== 0;
}
