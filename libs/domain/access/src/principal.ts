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
  /** Came with an access token, which may say less than the person may. */
  token?: { id: number; grants: readonly TokenGrant[] | null };
}

/** What an access token was given. Projects by their ids: a name may come to mean another one. */
export interface TokenGrant {
  /** 0 for the system, -1 for every project. */
  projectId: number;
  /** `/`, `*` or the project's name when the token was made. */
  namespace: string;
  resource: string;
  action: string;
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

/** Sees and may everything: not somebody whose token says less. */
export function isAdministrator(principal: Principal): boolean {
  if (principal.kind === 'internal') return true;
  return principal.kind === 'user' && principal.sysadmin && !principal.token?.grants;
}

/** The name that logs and histories show. */
export function principalName(principal: Principal): string {
  return principal.kind === 'anonymous' ? 'anonymous' : principal.name;
}
