import { ConcurrencyLimiter, CONFIG, type NotaryServerConfig } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** How many requests are served at once. */
@Injectable()
export class TrustLimits {
  private readonly reads: ConcurrencyLimiter;
  private readonly writes: ConcurrencyLimiter;

  constructor(@Inject(CONFIG) config: NotaryServerConfig) {
    const { REQUEST_QUEUE_LENGTH: queueLength, REQUEST_QUEUE_SECONDS: seconds } = config;
    const limiter = (limit: number) => new ConcurrencyLimiter({ limit, queueLength, queueMs: seconds * 1_000 });
    this.reads = limiter(config.CONCURRENCY_TRUST_READS);
    this.writes = limiter(config.CONCURRENCY_TRUST_WRITES);
  }

  /** Undefined for what the platform itself asks. */
  of({ method, url }: FastifyRequest): ConcurrencyLimiter | undefined {
    if (!url.startsWith('/v2')) return undefined;
    return method === 'GET' || method === 'HEAD' ? this.reads : this.writes;
  }
}
