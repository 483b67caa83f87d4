import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const count = (least: number) => z.coerce.number().int().min(least);
/** How many requests of a class are served at once. */
export const concurrency = (standard: number, what: string) =>
  count(1).default(standard).describe(`Requests served at once: ${what}`);

export const commaList = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  );

/** Addresses and networks: `10.20.0.0/16,::1`. */
export const networkList = commaList.pipe(z.array(z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()])));

export const serverFragment = {
  HOST: z.string().default('127.0.0.1').describe('Address to listen on'),
  PORT: port.describe('Port to listen on'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
    .default('info')
    .describe('Least severe log level written'),
  METRICS_PORT: port.optional().describe('Port of `GET /metrics` for Prometheus, on `HOST`; unset: no metrics'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url()
    .optional()
    .describe('Collector of OpenTelemetry traces (OTLP over http), `http://host:4318`; unset: no traces'),
  INTERNAL_SECRET: z.string().min(16).describe('Shared by the services; authenticates calls between them'),
  DRAIN_DELAY_SECONDS: count(0)
    .max(600)
    .default(0)
    .describe('Told to end, how long to serve on with /readyz answering 503, for load balancers to notice'),
  DRAIN_SECONDS: count(0)
    .max(3_600)
    .default(30)
    .describe('Then, how long requests under way may take to finish before they are cut'),
};

export const databaseFragment = {
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'expected postgres://user:password@host:port/database')
    .describe('PostgreSQL 15 to 18'),
  DATABASE_POOL_SIZE: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(12)
    .describe('Connections this service may hold, all its workers together'),
  DATABASE_QUEUE_LENGTH: count(1)
    .default(1_000)
    .describe('Queries that may wait for a connection; more are refused at once'),
  DATABASE_QUEUE_SECONDS: count(1).max(60).default(30).describe('How long a query waits for a connection'),
};

export const redisFragment = {
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'expected redis://host:port')
    .describe('Redis 7 or compatible'),
  REDIS_PREFIX: z
    .string()
    .min(1)
    .default('{bw}')
    .describe('Prefix of every key; the braces keep all keys in one cluster slot'),
};

/** Decision 19: how a process learns the address that clients use. */
export const frontDoorFragment = {
  EXTERNAL_URL: z
    .url()
    .optional()
    .transform((url) => url?.replace(/\/+$/, ''))
    .describe('Address that clients use; unset: the Host header as received'),
  TRUSTED_PROXIES: commaList
    .default(['127.0.0.1', '::1'])
    .describe('Addresses or CIDRs whose X-Forwarded-* headers count'),
};

/** For the names of trust data: a host, then the repository (decision 19). */
export const externalHostsFragment = {
  EXTERNAL_HOSTS: commaList.describe(
    'Further names of this platform, as clients write them: `registry.example.com,registry.example.com:8443`',
  ),
};

/** For the commands that people are told to type. */
export const trustServerFragment = {
  NOTARY_PORT: port
    .min(1)
    .optional()
    .describe('Port (https) where clients find a trust server of its own; unset: they ask the registry’s address'),
};

export const secretFragment = {
  SECRET_KEY: z
    .string()
    .min(16)
    .describe('Encrypts signing keys at rest and keys the HMAC of generated secrets; keep it'),
};

/** Between notary-server and notary-signer alone: who runs another service with INTERNAL_SECRET gets no signature. */
export const signingFragment = {
  NOTARY_SIGNER_SECRET: z
    .string()
    .min(16)
    .optional()
    .describe('notary-server asks notary-signer with it, and nobody else is told; unset: `INTERNAL_SECRET` will do'),
};

/** What a service does when more is asked of it than it can do: docs/operations/overload.md. */
export const overloadFragment = {
  REQUEST_QUEUE_LENGTH: count(0)
    .default(4_096)
    .describe('Requests of one class (CONCURRENCY_*) that may wait; more are refused at once with 429'),
  REQUEST_QUEUE_SECONDS: count(1).max(3_600).default(120).describe('How long a request waits before it is refused'),
  RATE_LIMIT_PER_ADDRESS: count(0)
    .default(0)
    .describe('Requests a second that one client address (IPv6: one /64) may send to this process; 0: no limit'),
  RATE_LIMIT_PER_PRINCIPAL: count(0)
    .default(0)
    .describe('Requests a second that one user or robot may send to this process; 0: no limit'),
  RATE_LIMIT_BURST_SECONDS: count(1)
    .max(3_600)
    .default(10)
    .describe('Who kept still may send what this many seconds allow at once'),
  RATE_LIMIT_EXEMPT: commaList
    .default(['127.0.0.1', '::1'])
    .describe('Client addresses or CIDRs that no rate limit holds for'),
};
