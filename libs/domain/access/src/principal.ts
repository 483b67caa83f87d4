/** Who is asking. */
export type Principal = AnonymousPrincipal | UserPrincipal | RobotPrincipal | InternalPrincipal;

export interface AnonymousPrincipal {
  kind: 'anonymous';
}

export interface UserPrincipal {
  kind: 'user';
  id: number;
  name: string;
  sysadmin: boolean;
  epoch: number;
}

export interface RobotPrincipal {
  kind: 'robot';
  id: number;
  /** With prefix and project: `robot$library+ci`. */
  name: string;
  /** 0 for a robot of the system. */
  projectId: number;
  grants: readonly RobotGrant[];
  epoch: number;
}

/** Another service of the platform, known by the internal secret; it may do everything. */
export interface InternalPrincipal {
  kind: 'internal';
  name: string;
}

export interface RobotGrant {
  kind: 'system' | 'project';
  /** `/` for the system, a project's name, or `*` for every project. */
  namespace: string;
  resource: string;
  action: string;
  effect: 'allow' | 'deny';
}

export const anonymous: AnonymousPrincipal = { kind: 'anonymous' };

/** The name that logs and histories show. */
export function principalName(principal: Principal): string {
  return principal.kind === 'anonymous' ? 'anonymous' : principal.name;
}
