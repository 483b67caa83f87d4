import { REDIS } from '@breakwater/platform';
import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { pendingPullsKey } from './pull-keys';

/** How long a pull may be known to its replica only. */
export const flushEveryMs = 1_000;
/** Artifacts pulled between two flushes; beyond that, pulls go uncounted. */
const maxEntries = 50_000;
/** When something was pulled last is known to the minute: one that is pulled all the time costs one update a minute. */
const timePrecisionMs = 60_000;
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
  /** Artifacts and tags whose time was noted in this minute. */
  private readonly noted = { artifacts: new Set<number>(), tags: new Set<number>(), since: 0 };
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
    this.counts.set(repositoryId, (this.counts.get(repositoryId) ?? 0) + 1);
    const now = Date.now();
    if (now - this.noted.since >= timePrecisionMs || this.noted.artifacts.size >= maxEntries) this.forgetNoted(now);
    if (isNew(this.noted.artifacts, artifactId)) this.artifacts.set(artifactId, now);
    if (tagId !== null && isNew(this.noted.tags, tagId)) this.tags.set(tagId, now);
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
      this.forgetNoted(0);
      this.logger.warn({ err: error, pulls }, 'pulls not counted');
    });
  }

  private forgetNoted(now: number): void {
    this.noted.artifacts.clear();
    this.noted.tags.clear();
    this.noted.since = now;
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }
}

function isNew(known: Set<number>, id: number): boolean {
  return !known.has(id) && known.add(id) !== undefined;
}

/** Field, value, field, value, … */
function fields(kind: 'a' | 't', times: ReadonlyMap<number, number>): (string | number)[] {
  return [...times].flatMap(([id, time]) => [`${kind}:${id}`, time]);
}
