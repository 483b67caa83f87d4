import { REDIS } from '@breakwater/platform';
import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { pendingPullsKey } from './pull-keys';

const flushEveryMs = 1_000;
/** Distinct things pulled between two flushes; beyond that, pulls go uncounted. */
const maxEntries = 50_000;

/**
 * Counts pulls without touching Postgres (decision 9): collected here, flushed to Redis once a second, folded into
 * the tables by the job service. Counts may be lost with Redis; a pull never waits for them, nor fails.
 */
@Injectable()
export class PullRecorder implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(PullRecorder.name);
  private counts = new Map<string, number>();
  private times = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  /** Pulls that are missing in the counts. */
  uncounted = 0;

  constructor(@Inject(REDIS) private readonly redis: Redis) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.flush(), flushEveryMs);
    this.timer.unref();
  }

  record(pull: { repositoryId: number; artifactId: number; tagId: number | null }): void {
    if (this.times.size >= maxEntries) {
      this.uncounted++;
      return;
    }
    const repository = `r:${pull.repositoryId}`;
    const now = Date.now();
    this.counts.set(repository, (this.counts.get(repository) ?? 0) + 1);
    this.times.set(`a:${pull.artifactId}`, now);
    if (pull.tagId !== null) this.times.set(`t:${pull.tagId}`, now);
  }

  async flush(): Promise<void> {
    if (this.counts.size === 0) return;
    const { counts, times } = this;
    this.counts = new Map();
    this.times = new Map();
    const pipeline = this.redis.pipeline();
    for (const [field, count] of counts) pipeline.hincrby(pendingPullsKey, field, count);
    for (const [field, time] of times) pipeline.hset(pendingPullsKey, field, time);
    await pipeline.exec().catch((error: unknown) => {
      const pulls = [...counts.values()].reduce((sum, count) => sum + count, 0);
      this.uncounted += pulls;
      this.logger.warn({ err: error, pulls }, 'pulls not counted');
    });
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }
}
