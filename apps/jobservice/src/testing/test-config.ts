import { jobserviceConfig, type JobserviceConfig } from '@breakwater/platform';
import type { testRedis } from '@breakwater/testing';

/** What a job service in a test is told; nothing answers at its neighbours' addresses unless `settings` name others. */
export function testConfig(
  server: { databaseUrl: string; redis: ReturnType<typeof testRedis> },
  settings: Record<string, string> = {},
): JobserviceConfig {
  return jobserviceConfig.parse({
    PORT: '0',
    LOG_LEVEL: 'fatal',
    INTERNAL_SECRET: 'internal-secret-of-tests',
    SECRET_KEY: 'secret-key-of-the-tests',
    DATABASE_URL: server.databaseUrl,
    ...server.redis,
    REGISTRY_URL: 'http://127.0.0.1:9',
    REGISTRYCTL_URL: 'http://127.0.0.1:9',
    ...settings,
  });
}
