import { AppError } from '@breakwater/kernel';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

export type SingleQuery = Record<string, string | undefined>;

/** Query parameters, each given once at most: which of several would be meant is not for us to guess. */
export const QueryOnce = createParamDecorator((_: unknown, context: ExecutionContext): SingleQuery =>
  queryOnce(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** Throws BAD_REQUEST when a parameter is repeated. */
export function queryOnce(request: FastifyRequest): SingleQuery {
  const query = (request.query ?? {}) as Record<string, string | string[]>;
  const repeated = Object.keys(query).find((name) => Array.isArray(query[name]));
  if (repeated !== undefined) {
    throw new AppError('BAD_REQUEST', `query parameter ${repeated.slice(0, 64)} is given more than once`);
  }
  return query as SingleQuery;
}
