import {
  JOB_TABLE,
  QUEUE_SETTINGS,
  queuePrefix,
  schedulerQueue,
  type JobTable,
  type RedisSettings,
} from '@breakwater/platform';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { Worker, type Job, type Processor } from 'bullmq';
import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { ScheduleFiring } from './schedule-firing';
import { TaskTaker } from './task-taker';

/** BullMQ's own leases; they only decide how soon a wake-up call is repeated that died with its worker. */
const timing = { lockDuration: 15_000, stalledInterval: 15_000, maxStalledCount: 1_000, runRetryDelay: 1_000 };
const closeMs = 1_000;
const watchMs = 5_000;

/** One BullMQ worker for each type of job, and one for the instants of schedules. */
@Injectable()
export class Workers {
  private readonly logger = new Logger('Jobs');
  private readonly connection: Redis;
  private workers: Worker[] = [];
  private watch: NodeJS.Timeout | undefined;

  constructor(
    private readonly taker: TaskTaker,
    private readonly firing: ScheduleFiring,
    @Inject(QUEUE_SETTINGS) private readonly settings: RedisSettings,
    @Inject(JOB_TABLE) private readonly table: JobTable,
  ) {
    this.connection = new Redis(settings.REDIS_URL, {
      maxRetriesPerRequest: null,
      retryStrategy: (attempt) => Math.min(attempt * 200, 2_000),
    });
    this.connection.on('error', () => undefined);
  }

  /** Does not wait for Redis. */
  start(): void {
    this.workers = [
      ...Object.entries(this.table).map(([type, { concurrency }]) =>
        this.work(type, concurrency, (job: Job<{ taskId: number }>, token) => this.taker.take(job, token)),
      ),
      this.work(schedulerQueue, 1, () => this.firing.fireDue()),
    ];
    this.watch = setInterval(() => this.keepRunning(), watchMs).unref();
  }

  /** No further task is taken; those that run go on. */
  async pause(): Promise<void> {
    clearInterval(this.watch);
    await Promise.all(this.workers.map((worker) => worker.pause(true)));
  }

  /** Call when nothing runs any more. */
  async close(): Promise<void> {
    const closed = Promise.allSettled(this.workers.map((worker) => worker.close(true)));
    await Promise.race([closed, sleep(closeMs, undefined, { ref: false })]);
    this.connection.disconnect();
  }

  /** A worker that a fault of Redis ended begins anew. */
  private keepRunning(): void {
    for (const worker of this.workers)
      if (!worker.isRunning() && !worker.isPaused())
        worker.run().catch((error: unknown) => this.logger.warn({ err: error }, 'a worker ended'));
  }

  private work(queue: string, concurrency: number, process: Processor): Worker {
    const worker = new Worker(queue, process, {
      connection: this.connection,
      prefix: queuePrefix(this.settings),
      concurrency,
      ...timing,
    });
    // Among them: Redis forgot the job meanwhile. The task's row is what counts.
    worker.on('error', (error) => this.logger.debug({ err: error, queue }, 'the queue has a problem'));
    worker.on('failed', (_job, error) => this.logger.warn({ err: error, queue }, 'a wake-up call failed'));
    return worker;
  }
}
