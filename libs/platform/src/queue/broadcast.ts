import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { ClientRedis } from '@nestjs/microservices';
import { Redis } from 'ioredis';
import { firstValueFrom, timeout } from 'rxjs';
import type { RedisSettings } from '../redis/redis.module';
import { QUEUE_SETTINGS } from './job-queues';

/** What every replica of the job service hears. Hints only: who hears one looks into Postgres, who missed it does so later. */
export interface Broadcasts {
  /** Their rows may say that they are to stop. */
  'task.stop': { taskIds: readonly number[] };
  /** Queues were paused or resumed. */
  'queue.changed': { jobTypes: readonly string[] };
  /** Schedules were made, changed or removed. */
  'schedule.changed': Record<string, never>;
}

const patienceMs = 1_000;

/** Announces to all replicas of the job service (decision 5). Never fails, and never waits for a Redis that is away. */
@Injectable()
export class Broadcast implements OnApplicationShutdown {
  private readonly logger = new Logger(Broadcast.name);
  private readonly client: ClientRedis;

  constructor(@Inject(QUEUE_SETTINGS) settings: RedisSettings) {
    this.client = new ClientRedis(redisTransportOptions(settings));
  }

  async emit<T extends keyof Broadcasts>(topic: T, message: Broadcasts[T]): Promise<void> {
    try {
      await firstValueFrom(this.client.emit(topic, message).pipe(timeout(patienceMs)), { defaultValue: undefined });
    } catch (error) {
      this.logger.warn({ err: error, topic }, 'not announced; the job service will see it for itself');
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.client.close();
  }
}

/** Of Nest's Redis transport, for both sides. */
export function redisTransportOptions({ REDIS_URL }: RedisSettings) {
  const { options } = new Redis(REDIS_URL, { lazyConnect: true });
  const { host, port, username, password, db, tls } = options;
  return { host, port, username, password, db, tls, retryAttempts: Number.MAX_SAFE_INTEGER, retryDelay: 1_000 };
}
