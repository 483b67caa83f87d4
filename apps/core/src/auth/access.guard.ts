import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Principal } from '@breakwater/access';
import { AppError } from '@breakwater/kernel';
import { RateLimits } from '@breakwater/platform';
import type { FastifyRequest } from 'fastify';
import { projectReference, type ProjectReference } from '../rest';
import { AccessChecker } from './access-checker';
import { ROUTE_ACCESS, type RouteAccess } from './access.decorators';
import { isPlatformRoute } from './platform-routes';
import { RequestAuthenticator } from './request-authenticator';
import './request-context';

/** Every request passes here: who is it, and does the route let them in. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: RequestAuthenticator,
    private readonly checker: AccessChecker,
    private readonly rates: RateLimits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const access = this.reflector.getAllAndOverride<RouteAccess | undefined>(ROUTE_ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (!access) {
      if (isPlatformRoute(request.routeOptions.url ?? '')) return true;
      throw new AppError('FORBIDDEN', 'this route declares no access');
    }
    const principal = await this.authenticator.principalOf(request);
    this.rates.countPrincipal(request.raw, principal);
    request.principal = principal;
    await this.check(access, principal, request);
    return true;
  }

  private async check(access: RouteAccess, principal: Principal, request: FastifyRequest): Promise<void> {
    switch (access.kind) {
      case 'public':
        return;
      case 'authenticated':
        return this.checker.requireAuthenticated(principal);
      case 'system':
        return this.checker.requireSystem(principal, access.permission);
      case 'project':
        request.project = await this.checker.requireProject(principal, access.permission, referenceIn(request));
    }
  }
}

function referenceIn(request: FastifyRequest): ProjectReference {
  const parameters = request.params as Record<string, string | undefined>;
  if (parameters.project_name !== undefined) return { name: parameters.project_name };
  if (parameters.project_name_or_id !== undefined)
    return projectReference(parameters.project_name_or_id, request.headers);
  throw new Error('the route demands a permission on a project, and its path names none');
}
