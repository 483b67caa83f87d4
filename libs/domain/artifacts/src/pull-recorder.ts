import { REDIS } from '@breakwater/platform';
import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { pendingPullsKey } from './pull-keys';

const flushEveryMs = 1_000;
/** Artifacts pulled between two flushes; beyond that, pulls go uncounted. */
const maxEntries = 50_000;
/** Times sent to Redis in one command. */
const batch = 1_000;

/**
 * Counts pulls without touching Postgres (decision 9): collected here, flushed to Redis once a second, folded into
 * the tables by the job service. Counts may be lost with Redis; a pull never waits for them, nor fails.
 */
@Injectable()
export class PullRecorder implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(PullRecorder.name);
  /** By id: of repositories how often, of artifacts and tags when last, in Unix milliseconds. */
  private counts = new Map<number, number>();
  private artifacts = new Map<number, number>();
  private tags = new Map<number, number>();
  private timer: NodeJS.Timeout | undefined;
  /** Pulls that are missing in the counts. */
  uncounted = 0;

  constructor(@Inject(REDIS) private readonly redis: Redis) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.flush(), flushEveryMs);
    this.timer.unref();
  }

  record({
    repositoryId,
    artifactId,
    tagId,
  }: {
    repositoryId: number;
    artifactId: number;
    tagId: number | null;
  }): void {
    if (this.artifacts.size >= maxEntries) {
      this.uncounted++;
      return;
    }
    const now = Date.now();
    this.counts.set(repositoryId, (this.counts.get(repositoryId) ?? 0) + 1);
    this.artifacts.set(artifactId, now);
    if (tagId !== null) this.tags.set(tagId, now);
  }

  async flush(): Promise<void> {
    if (this.counts.size === 0) return;
    const { counts, artifacts, tags } = this;
    this.counts = new Map();
    this.artifacts = new Map();
    this.tags = new Map();
    const pipeline = this.redis.pipeline();
    for (const [id, count] of counts) pipeline.hincrby(pendingPullsKey, `r:${id}`, count);
    const times = [...fields('a', artifacts), ...fields('t', tags)];
    for (let from = 0; from < times.length; from += 2 * batch)
      pipeline.hset(pendingPullsKey, ...times.slice(from, from + 2 * batch));
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

/** Field, value, field, value, … */
function fields(kind: 'a' | 't', times: ReadonlyMap<number, number>): (string | number)[] {
  return [...times].flatMap(([id, time]) => [`${kind}:${id}`, time]);
}
