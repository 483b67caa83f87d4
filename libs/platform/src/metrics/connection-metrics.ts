import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { ClientBase, Pool } from 'pg';
import { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { REDIS } from '../redis/redis.module';
import { Buckets } from './buckets';
import { describeMetric } from './metric-table';
import { Metrics } from './metrics';

/** The Postgres pool, and its queries. */
@Injectable()
export class ConnectionMetrics {
  constructor(metrics: Metrics, dataSource: DataSource) {
    if (!metrics.enabled) return;
    const pool = (dataSource.driver as PostgresDriver).master as Pool;
    metrics.collect('breakwater_database_connections', () => [
      { labels: { state: 'busy' }, value: pool.totalCount - pool.idleCount },
      { labels: { state: 'idle' }, value: pool.idleCount },
      { labels: { state: 'waiting' }, value: pool.waitingCount },
    ]);
    metrics.collect('breakwater_database_connections_limit', () => [{ value: pool.options.max }]);
    measureQueries(metrics, pool);
  }
}

/** The connection to Redis. */
@Injectable()
export class RedisMetrics {
  constructor(metrics: Metrics, @Inject(REDIS) redis: Redis) {
    metrics.collect('breakwater_redis_up', () => [{ value: redis.status === 'ready' ? 1 : 0 }]);
  }
}

type Query = (...parameters: unknown[]) => unknown;
type Callback = (error: unknown, ...results: unknown[]) => void;

/** On the connections themselves: queries come from TypeORM and past it. */
function measureQueries(metrics: Metrics, pool: Pool): void {
  const durations = new Buckets(describeMetric('breakwater_database_query_duration_seconds').buckets ?? []);
  let errors = 0;
  metrics.collect('breakwater_database_query_duration_seconds', () => durations.samples({}));
  metrics.collect('breakwater_database_query_errors_total', () => [{ value: errors }]);
  const measured = (query: Query): Query =>
    function (...parameters) {
      const started = performance.now();
      const succeeded = () => durations.observe((performance.now() - started) / 1_000);
      const failed = () => void errors++;
      const last = parameters.at(-1);
      if (typeof last === 'function') {
        const callback = last as Callback;
        const seen: Callback = (error, ...results) => {
          if (error) failed();
          else succeeded();
          callback(error, ...results);
        };
        return query(...parameters.slice(0, -1), seen);
      }
      const answer = query(...parameters);
      if (answer instanceof Promise) answer.then(succeeded, failed);
      return answer;
    };
  const known = new WeakSet<ClientBase>();
  pool.on('acquire', (client) => {
    if (known.has(client)) return;
    known.add(client);
    client.query = measured(client.query.bind(client) as Query) as never;
  });
}
