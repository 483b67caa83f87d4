/** Of the services that speak to Postgres. */
export const databaseMetrics = {
  breakwater_database_connections: {
    type: 'gauge',
    help: 'Connections of the Postgres pool: busy, idle, and requests waiting for one',
    labels: ['state'],
  },
  breakwater_database_connections_limit: { type: 'gauge', help: 'Connections that the Postgres pool may hold' },
  breakwater_database_query_duration_seconds: {
    type: 'histogram',
    help: 'Time of the queries that Postgres answered',
    buckets: [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  breakwater_database_query_errors_total: { type: 'counter', help: 'Queries that failed' },
} as const;

/** Of the services that speak to Redis. */
export const redisMetrics = {
  breakwater_redis_up: { type: 'gauge', help: '1: the connection to Redis is ready', aggregator: 'min' },
} as const;

/** Of the services that know a certificate which clients see. */
export const certificateMetrics = {
  breakwater_certificate_expiry_seconds: {
    type: 'gauge',
    help: 'Seconds until a certificate expires: server (core: the front door’s; registry: its own) or ca, which clients trust',
    labels: ['certificate'],
    aggregator: 'min',
  },
} as const;
