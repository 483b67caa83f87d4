import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisSettings } from '../redis/redis.module';

export const QUEUE_SETTINGS = Symbol('QUEUE_SETTINGS');

/** The queue of the instants at which schedules fire. It has no tasks of its own. */
export const schedulerQueue = 'SCHEDULER';

/** A task that may be taken now, or at its time. */
export interface WaitingTask {
  id: number;
  jobType: string;
  runAt: Date;
  /** How often it was taken so far; 0 when left out. */
  run?: number;
}

/** A schedule as the queue mirrors it. */
export interface QueuedSchedule {
  id: number;
  /** Six fields, UTC. */
  cron: string;
}

/** BullMQ's keys stand beside the other keys of the platform: `{bw}:jobs:RETENTION:…`. */
export const queuePrefix = ({ REDIS_PREFIX }: RedisSettings): string => `${REDIS_PREFIX}:jobs`;

/** A request must not wait for a Redis that hangs; what it did not hear of is found by the reconciler. */
const patienceMs = 1_000;
const removed = { removeOnComplete: true, removeOnFail: true };

/**
 * Wakes the workers up. Nothing hangs on it: tasks, pauses and schedules are rows in Postgres, and what the queue does
 * not know is brought to it by the job service's reconciler (decision 6).
 */
@Injectable()
export class JobQueues implements OnApplicationShutdown {
  private readonly logger = new Logger(JobQueues.name);
  private readonly connection: Redis;
  private readonly queues = new Map<string, Queue>();

  constructor(@Inject(QUEUE_SETTINGS) private readonly settings: RedisSettings) {
    this.connection = new Redis(settings.REDIS_URL, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 1,
      retryStrategy: (attempt) => Math.min(attempt * 200, 2_000),
    });
    this.connection.on('error', () => undefined);
  }

  /** Adding a task that is in its queue already changes nothing. Never fails. */
  async wake(tasks: readonly WaitingTask[]): Promise<void> {
    const types = [...new Set(tasks.map(({ jobType }) => jobType))];
    const work = types.map((type) =>
      this.add(
        type,
        tasks.filter(({ jobType }) => jobType === type),
      ),
    );
    await this.attempt(Promise.all(work), 'the queue was not told of new tasks; they start a little later');
  }

  /** Makes the queues agree with who is paused. Never fails. */
  async setPaused(types: readonly string[], paused: boolean): Promise<void> {
    const work = types.map(async (type) => {
      const queue = this.queue(type);
      if ((await queue.isPaused()) === paused) return;
      await (paused ? queue.pause() : queue.resume());
    });
    await this.attempt(Promise.all(work), 'the queue was not paused or resumed; it is a little later');
  }

  /** Makes the queue's job schedulers agree with the schedules. Never fails. */
  async setSchedules(schedules: readonly QueuedSchedule[]): Promise<void> {
    await this.attempt(this.mirror(schedules), 'the queue was not told of the schedules; the reconciler fires them');
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.allSettled([...this.queues.values()].map((queue) => queue.close()));
    this.connection.disconnect();
  }

  private async add(type: string, tasks: readonly WaitingTask[]): Promise<void> {
    const now = Date.now();
    await this.queue(type).addBulk(
      tasks.map(({ id, runAt, run = 0 }) => ({
        name: type,
        data: { taskId: id },
        // With the run: what a worker that died has of the run before does not stand in the way.
        opts: { ...removed, jobId: `task-${id}-${run}`, delay: Math.max(0, runAt.getTime() - now) },
      })),
    );
  }

  private async mirror(schedules: readonly QueuedSchedule[]): Promise<void> {
    const queue = this.queue(schedulerQueue);
    const known = new Map((await queue.getJobSchedulers()).map(({ key, pattern }) => [key, pattern]));
    for (const { id, cron } of schedules) {
      const key = `schedule-${id}`;
      const pattern = known.get(key);
      known.delete(key);
      if (pattern === cron) continue;
      const template = { name: schedulerQueue, data: { scheduleId: id }, opts: removed };
      await queue.upsertJobScheduler(key, { pattern: cron, tz: 'UTC' }, template);
    }
    for (const key of known.keys()) await queue.removeJobScheduler(key);
  }

  private queue(type: string): Queue {
    const known = this.queues.get(type);
    if (known) return known;
    const queue = new Queue(type, { connection: this.connection, prefix: queuePrefix(this.settings) });
    queue.on('error', () => undefined);
    this.queues.set(type, queue);
    return queue;
  }

  private async attempt(work: Promise<unknown>, otherwise: string): Promise<void> {
    const watched = work.catch((error: unknown) => {
      this.logger.warn({ err: error }, otherwise);
    });
    await Promise.race([watched, sleep(patienceMs, undefined, { ref: false })]);
  }
}
