import { ConcurrencyLimiter, type CoreConfig } from '@breakwater/platform';
import type { FastifyRequest } from 'fastify';
import { isLive } from './live';

/** Of answers that go on; each asks the database every second. */
const liveAnswers = 100;

/** How much of each kind is served at once: a page that is slow to list does not keep clients from their tokens. */
export function routeLimits(config: CoreConfig): (request: FastifyRequest) => ConcurrencyLimiter | undefined {
  const { REQUEST_QUEUE_LENGTH: queueLength, REQUEST_QUEUE_SECONDS: seconds } = config;
  const limiter = (limit: number) => new ConcurrencyLimiter({ limit, queueLength, queueMs: seconds * 1_000 });
  const tokens = limiter(config.CONCURRENCY_TOKENS);
  const reads = limiter(config.CONCURRENCY_API_READS);
  const writes = limiter(config.CONCURRENCY_API_WRITES);
  // They hold their place for as long as somebody looks: nobody waits for one.
  const live = new ConcurrencyLimiter({ limit: liveAnswers, queueLength: 0, queueMs: 0 });
  return (request) => {
    const {
      method,
      routeOptions: { url = '' },
      is404,
    } = request;
    if (is404) return undefined;
    if (url === '/service/token') return tokens;
    if (!url.startsWith('/api/')) return undefined;
    if (isLive(request)) return live;
    return method === 'GET' || method === 'HEAD' ? reads : writes;
  };
}
