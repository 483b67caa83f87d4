import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const commaList = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  );

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

export const secretFragment = {
  SECRET_KEY: z
    .string()
    .min(16)
    .describe('Encrypts signing keys at rest and keys the HMAC of generated secrets; keep it'),
};
