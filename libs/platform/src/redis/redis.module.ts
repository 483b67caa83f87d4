import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { Redis } from 'ioredis';

/** The process's Redis connection: `@Inject(REDIS) redis: Redis`. Keys already carry the configured prefix. */
export const REDIS = Symbol('REDIS');

export interface RedisSettings {
  REDIS_URL: string;
  REDIS_PREFIX: string;
}

/** Pulls and pushes go on without Redis: commands fail at once while it is away instead of waiting. */
export function connectRedis(settings: RedisSettings): Redis {
  const redis = new Redis(settings.REDIS_URL, {
    keyPrefix: `${settings.REDIS_PREFIX}:`,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    // A server that hangs without closing must not collect commands for ever.
    socketTimeout: 10_000,
    retryStrategy: (attempt) => Math.min(attempt * 200, 2_000),
  });
  // Without a listener ioredis prints every failed reconnect; readiness reports the state.
  redis.on('error', () => undefined);
  return redis;
}

@Module({})
export class RedisModule implements OnApplicationShutdown {
  constructor(@Inject(REDIS) private readonly redis: Redis) {}

  static forRoot(settings: RedisSettings): DynamicModule {
    return {
      module: RedisModule,
      global: true,
      providers: [{ provide: REDIS, useFactory: () => connectRedis(settings) }],
      exports: [REDIS],
    };
  }

  onApplicationShutdown(): void {
    this.redis.disconnect();
  }
}
