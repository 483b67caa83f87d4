import type { JobType } from '@breakwater/contracts';
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisSettings } from '../redis/redis.module';

export const QUEUE_SETTINGS = Symbol('QUEUE_SETTINGS');

/** A task that may be taken now, or at its time. */
export interface WaitingTask {
  id: number;
  jobType: JobType;
  runAt: Date;
}

/** BullMQ's keys stand beside the other keys of the platform: `{bw}:jobs:RETENTION:…`. */
export const queuePrefix = ({ REDIS_PREFIX }: RedisSettings): string => `${REDIS_PREFIX}:jobs`;

/** A request must not wait for a Redis that hangs; what it did not hear of is found by the reconciler. */
const patienceMs = 1_000;

/**
 * Wakes the workers up. Nothing hangs on it: tasks are rows in Postgres, and those that the queue does not know are
 * brought to it by the job service's reconciler (decision 6). Neither method ever fails.
 */
@Injectable()
export class JobQueues implements OnApplicationShutdown {
  private readonly logger = new Logger(JobQueues.name);
  private readonly connection: Redis;
  private readonly queues = new Map<JobType, Queue>();

  constructor(@Inject(QUEUE_SETTINGS) private readonly settings: RedisSettings) {
    this.connection = new Redis(settings.REDIS_URL, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 1,
      retryStrategy: (attempt) => Math.min(attempt * 200, 2_000),
    });
    this.connection.on('error', () => undefined);
  }

  /** Adding a task that is in its queue already changes nothing. */
  async wake(tasks: readonly WaitingTask[]): Promise<void> {
    const types = [...new Set(tasks.map(({ jobType }) => jobType))];
    await this.attempt(
      types.map((type) =>
        this.add(
          type,
          tasks.filter(({ jobType }) => jobType === type),
        ),
      ),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.allSettled([...this.queues.values()].map((queue) => queue.close()));
    this.connection.disconnect();
  }

  private async add(type: JobType, tasks: readonly WaitingTask[]): Promise<void> {
    const now = Date.now();
    const removed = { removeOnComplete: true, removeOnFail: true };
    await this.queue(type).addBulk(
      tasks.map(({ id, runAt }) => ({
        name: type,
        data: { taskId: id },
        opts: { ...removed, jobId: `task-${id}`, delay: Math.max(0, runAt.getTime() - now) },
      })),
    );
  }

  private queue(type: JobType): Queue {
    const known = this.queues.get(type);
    if (known) return known;
    const queue = new Queue(type, { connection: this.connection, prefix: queuePrefix(this.settings) });
    queue.on('error', () => undefined);
    this.queues.set(type, queue);
    return queue;
  }

  private async attempt(work: Promise<void>[]): Promise<void> {
    const all = Promise.all(work).catch((error: unknown) => {
      this.logger.warn({ err: error }, 'the queue was not told of new tasks; they start a little later');
    });
    await Promise.race([all, sleep(patienceMs, undefined, { ref: false })]);
  }
}
