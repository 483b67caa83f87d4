import { ConcurrencyLimiter, CONFIG, type RegistryConfig } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { hasBody } from './request-body';

type RouteClass = 'reads' | 'downloads' | 'uploads' | 'writes' | 'lists';

/** How much of each kind is served at once: what is dear or slow does not hold up what is cheap. */
@Injectable()
export class RouteLimits {
  private readonly limiters: Record<RouteClass, ConcurrencyLimiter>;

  constructor(@Inject(CONFIG) config: RegistryConfig) {
    const limiter = (limit: number, seconds: number) =>
      new ConcurrencyLimiter({ limit, queueLength: config.REQUEST_QUEUE_LENGTH, queueMs: seconds * 1_000 });
    const { REQUEST_QUEUE_SECONDS: soon, TRANSFER_QUEUE_SECONDS: long } = config;
    this.limiters = {
      reads: limiter(config.CONCURRENCY_READS, soon),
      downloads: limiter(config.CONCURRENCY_DOWNLOADS, long),
      uploads: limiter(config.CONCURRENCY_UPLOADS, long),
      // When thousands push at once the disk is what they wait for, here as in the uploads themselves.
      writes: limiter(config.CONCURRENCY_WRITES, long),
      lists: limiter(config.CONCURRENCY_LISTS, soon),
    };
  }

  get downloads(): ConcurrencyLimiter {
    return this.limiters.downloads;
  }

  of(request: FastifyRequest): ConcurrencyLimiter | undefined {
    const routeClass = routeClassOf(request);
    return routeClass && this.limiters[routeClass];
  }
}

const list = /\/_catalog$|\/tags\/list$|\/referrers\//;

/** Undefined: costs next to nothing, or is no route at all. */
export function routeClassOf(request: FastifyRequest): RouteClass | undefined {
  const { url } = request.routeOptions;
  if (!url || request.is404) return undefined;
  if (url.startsWith('/internal')) return url.endsWith('/precheck') ? 'reads' : undefined;
  if (!url.startsWith('/v2')) return undefined;
  return request.method === 'GET' || request.method === 'HEAD'
    ? readClass(url, request.method)
    : writeClass(url, request);
}

function readClass(url: string, method: string): RouteClass {
  if (list.test(url)) return 'lists';
  return method === 'GET' && url.endsWith('/blobs/:digest') ? 'downloads' : 'reads';
}

function writeClass(url: string, request: FastifyRequest): RouteClass {
  return url.includes('/blobs/uploads') && hasBody(request) ? 'uploads' : 'writes';
}
