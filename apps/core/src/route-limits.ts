import { ConcurrencyLimiter, type CoreConfig } from '@breakwater/platform';
import type { FastifyRequest } from 'fastify';

/** How much of each kind is served at once: a page that is slow to list does not keep clients from their tokens. */
export function routeLimits(config: CoreConfig): (request: FastifyRequest) => ConcurrencyLimiter | undefined {
  const { REQUEST_QUEUE_LENGTH: queueLength, REQUEST_QUEUE_SECONDS: seconds } = config;
  const limiter = (limit: number) => new ConcurrencyLimiter({ limit, queueLength, queueMs: seconds * 1_000 });
  const tokens = limiter(config.CONCURRENCY_TOKENS);
  const reads = limiter(config.CONCURRENCY_API_READS);
  const writes = limiter(config.CONCURRENCY_API_WRITES);
  return ({ method, routeOptions: { url = '' }, is404 }) => {
    if (is404) return undefined;
    if (url === '/service/token') return tokens;
    if (!url.startsWith('/api/')) return undefined;
    return method === 'GET' || method === 'HEAD' ? reads : writes;
  };
}
