import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import { DataSource, type AfterQueryEvent, type EntitySubscriberInterface } from 'typeorm';
import { REDIS } from '../redis/redis.module';
import { Metrics } from './metrics';

/** The Postgres pool, its queries, and the connection to Redis. */
@Injectable()
export class ConnectionMetrics {
  constructor(metrics: Metrics, dataSource: DataSource, @Inject(REDIS) redis: Redis) {
    if (!metrics.enabled) return;
    const { master: pool } = dataSource.driver as unknown as { master: Pool };
    metrics.collect('breakwater_database_connections', () => [
      { labels: { state: 'busy' }, value: pool.totalCount - pool.idleCount },
      { labels: { state: 'idle' }, value: pool.idleCount },
      { labels: { state: 'waiting' }, value: pool.waitingCount },
    ]);
    metrics.collect('breakwater_database_connections_limit', () => [{ value: pool.options.max }]);
    metrics.collect('breakwater_redis_up', () => [{ value: redis.status === 'ready' ? 1 : 0 }]);
    dataSource.subscribers.push(queryMetrics(metrics));
  }
}

function queryMetrics(metrics: Metrics): EntitySubscriberInterface {
  const duration = metrics.histogram('breakwater_database_query_duration_seconds');
  const errors = metrics.counter('breakwater_database_query_errors_total');
  return {
    afterQuery({ success, executionTime = 0 }: AfterQueryEvent): void {
      if (success) duration.observe(executionTime / 1_000);
      else errors.inc();
    },
  };
}
