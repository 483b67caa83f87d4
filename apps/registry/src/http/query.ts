import { AppError } from '@breakwater/kernel';
import type { FastifyRequest } from 'fastify';

type SingleQuery = Record<string, string | undefined>;

/**
 * Query parameters, each given once at most: which of several would be meant is not for us to guess. Throws BAD_REQUEST
 * when a parameter is repeated.
 */
export function queryOnce(request: FastifyRequest): SingleQuery {
  const query = (request.query ?? {}) as Record<string, string | string[]>;
  const repeated = Object.keys(query).find((name) => Array.isArray(query[name]));
  if (repeated !== undefined) {
    throw new AppError('BAD_REQUEST', `query parameter ${repeated.slice(0, 64)} is given more than once`);
  }
  return query as SingleQuery;
}

/** `name=true` or `name=false`; false when it is not there. Throws BAD_REQUEST for anything else. */
export function flagIn(request: FastifyRequest, name: string): boolean {
  const { [name]: text = 'false' } = queryOnce(request);
  if (text !== 'true' && text !== 'false')
    throw new AppError(
      'BAD_REQUEST',
      `query parameter ${name} is true or false, not ${JSON.stringify(text.slice(0, 64))}`,
    );
  return text === 'true';
}
