import type { RegistryAction } from '@breakwater/access';
import { AppError } from '@breakwater/kernel';
import { HealthController } from '@breakwater/platform';
import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { repositoryOf } from '../http/repository.param';
import type { Caller } from './caller';
import { RegistryAuthorizer } from './registry-authorizer';

/**
 * What a route demands. `login`: any caller who authenticated; `internal`: the platform itself, and other guards or
 * nginx see to it.
 */
export type Demand = RegistryAction | 'catalog' | 'login' | 'internal';
const DEMAND = 'registry:demand';
export const Demands = (demand: Demand) => SetMetadata(DEMAND, demand);

declare module 'fastify' {
  interface FastifyRequest {
    caller?: Caller;
  }
}

/** Every route passes here; one without a declared demand is refused. */
@Injectable()
export class RegistryAuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authorizer: RegistryAuthorizer,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    // Health is asked by supervisors without credentials, and not routed by nginx.
    if (context.getClass() === HealthController) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const demand = this.reflector.get<Demand | undefined>(DEMAND, context.getHandler());
    if (!demand) throw new AppError('DENIED', 'this route declares no permission');
    if (demand === 'internal') return true;
    const ofRepository = demand !== 'catalog' && demand !== 'login';
    const { from } = (request.query ?? {}) as { from?: unknown };
    request.caller = await this.authorizer.authorize(request, {
      action: demand,
      ...(ofRepository && { repository: repositoryOf(request) }),
      ...(typeof from === 'string' && { mountFrom: from }),
    });
    return true;
  }
}
