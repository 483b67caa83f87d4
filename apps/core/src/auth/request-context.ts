import type { Principal, ProjectFacts } from '@breakwater/access';
import type { FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by AccessGuard on every route. */
    principal?: Principal;
    /** Set by AccessGuard on routes with `@RequirePermission`. */
    project?: ProjectFacts;
    /** The session that the caller is known by, as its list names it. */
    sessionId?: string;
  }
}

export function principalOf(request: FastifyRequest): Principal {
  if (!request.principal) throw new Error('no principal: the route is outside AccessGuard');
  return request.principal;
}

export function projectOf(request: FastifyRequest): ProjectFacts {
  if (!request.project) throw new Error('no project: the route lacks @RequirePermission');
  return request.project;
}
