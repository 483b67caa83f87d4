import { AppError, parseRepositoryName } from '@breakwater/kernel';
import { answerError, assertInternal, CONFIG } from '@breakwater/platform';
import { ReadOnlyMode } from '@breakwater/settings';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RegistryAuthorizer } from '../auth/registry-authorizer';
import { QuotaRefusals } from './quota-refusals';
import type { Call, Route, Routes } from './route';

/**
 * Hangs the registry's routes on Fastify itself. Nest wires the services and starts and stops them; its request
 * pipeline would cost several times what these handlers do (ADR 0019).
 */
@Injectable()
export class Router {
  constructor(
    private readonly authorizer: RegistryAuthorizer,
    private readonly refusals: QuotaRefusals,
    private readonly readOnly: ReadOnlyMode,
    @Inject(CONFIG) private readonly config: { INTERNAL_SECRET: string },
  ) {}

  mount(fastify: FastifyInstance, groups: readonly Routes[]): void {
    for (const route of groups.flatMap(({ routes }) => routes)) {
      fastify.route({
        method: route.method,
        url: route.url,
        handler: (request, reply) => this.answer(route, request, reply),
        errorHandler: answerError,
      });
    }
  }

  private async answer(route: Route, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    await this.handle(route, { request, reply, params: request.params as Record<string, string> });
  }

  private async handle(route: Route, call: Omit<Call, 'caller'>): Promise<unknown> {
    const { request } = call;
    switch (route.demand) {
      case 'precheck':
        return route.handle(call);
      case 'internal':
        assertInternal(request, this.config.INTERNAL_SECRET);
        return route.handle(call);
      case 'login':
      case 'catalog':
        return route.handle({ ...call, caller: await this.authorizer.authorize(request, { action: route.demand }) });
      default: {
        const repository = parseRepositoryName(call.params.name ?? '');
        const { from: mountFrom } = request.query as { from?: unknown };
        const demanded = { action: route.demand, repository, ...(typeof mountFrom === 'string' && { mountFrom }) };
        const caller = await this.authorizer.authorize(request, demanded);
        if (route.method !== 'GET' && route.method !== 'HEAD') await this.readOnly.assertOff();
        const authorized = { ...call, repository, caller };
        if (route.demand !== 'push') return route.handle(authorized);
        return this.refusals.watch(authorized, () => route.handle(authorized));
      }
    }
  }
}

/** The part of the path that a route's pattern promises. */
export function param({ params }: Pick<Call, 'params'>, name: string): string {
  const value = params[name];
  if (value === undefined) throw new AppError('NOT_FOUND', `the address lacks its ${name}`);
  return value;
}
