export { CONFIG, ConfigModule } from './config/config.module';
export { adminResetConfig, coreConfig, keysRotateConfig, type CoreConfig } from './config/core.config';
export { keptExecutions } from './config/execution-history.fragment';
export { jobserviceConfig, type JobserviceConfig } from './config/jobservice.config';
export { loadConfig } from './config/load-config';
export { notaryServerConfig, type NotaryServerConfig } from './config/notary-server.config';
export { notarySignerConfig, signerKeysRotateConfig, type NotarySignerConfig } from './config/notary-signer.config';
export { migratorConfig, type MigratorConfig } from './config/migrator.config';
export { registryctlConfig, type RegistryctlConfig } from './config/registryctl.config';
export { registryConfig, type RegistryConfig } from './config/registry.config';
export { settingSeeds, type SettingSeed, type SettingsEnvironmentVariables } from './config/settings.fragment';
export { advisoryLocks } from './database/advisory-locks';
export { countedPage, RecentTotals } from './database/counted-page';
export { Database, type TransactionEnd } from './database/database';
export { isUniqueViolation } from './database/database-error';
export { databaseOptions, migrationsTableName, type DatabaseSettings } from './database/database-options';
export { DatabaseModule } from './database/database.module';
export {
  filterConditions,
  limitOffset,
  orderBy,
  type ListColumn,
  type ListColumns,
  type ListOptions,
} from './database/list-query';
export { containsPattern, containsText } from './database/contains';
export { schemaVersion } from './database/schema-version';
export { SqlParameters } from './database/sql-parameters';
export { DrainState } from './health/drain-state';
export { HealthController, HealthModule, type ReadinessCheck } from './health/health';
export { AddressGuard } from './http/address-guard';
export { AddressList, clientNetwork } from './http/address-list';
export { admitRequests, tryEnterFor } from './http/admission';
export { ClientGoneError, isClientGone } from './http/client-gone';
export { ConcurrencyLimiter } from './http/concurrency-limiter';
export {
  answerError,
  AppErrors,
  AppErrorWithHeaders,
  envelope,
  ErrorEnvelopeFilter,
  sendError,
} from './http/error-envelope.filter';
export { FrontDoor } from './http/front-door';
export { GuardedHttpClient, type GuardedAnswer } from './http/guarded-http-client';
export { assertInternal, InternalGuard, isInternalSecret } from './http/internal.guard';
export { RateLimits, type LimitedPrincipal } from './http/rate-limits';
export { run } from './http/run';
export { Certificate } from './http/certificate';
export { createServer, listen, type ServerOptions } from './http/server';
export { loggingModule } from './logging/logging';
export { AuthenticationMetrics } from './metrics/authentication-metrics';
export { collectCertificate } from './metrics/certificate-metrics';
export { collectCache, type CacheUsage } from './metrics/cache-usage';
export { measureRequests } from './metrics/measure-requests';
export { metricNamesOf } from './metrics/metric-table';
export { Metrics, type Sample } from './metrics/metrics';
export { MetricsModule } from './metrics/metrics.module';
export { MetricsServer } from './metrics/metrics-server';
export { rememberFor } from './metrics/remember-for';
export { RequestMetrics, type RequestOutcome } from './metrics/request-metrics';
export { Broadcast, redisTransportOptions, type Broadcasts } from './queue/broadcast';
export {
  JobQueues,
  QUEUE_SETTINGS,
  queuePrefix,
  schedulerQueue,
  type QueuedSchedule,
  type WaitingTask,
} from './queue/job-queues';
export { JOB_TABLE, type JobTable } from './queue/job-table';
export { QueueModule } from './queue/queue.module';
export { connectRedis, REDIS, RedisModule, type RedisSettings } from './redis/redis.module';
export { deriveKey } from './secrets/derive-key';
export { HttpStorageKeeper } from './storage-keeper/http-storage-keeper';
export { StorageKeeperModule } from './storage-keeper/storage-keeper.module';
export { seal, unseal } from './secrets/seal';
export { STORAGE_KEEPER, type StorageKeeper } from './storage-keeper/storage-keeper';
export { inSpan } from './tracing/span';
export { HttpTrustSigner } from './trust-signer/http-trust-signer';
export { TRUST_SIGNER, type TrustSigner } from './trust-signer/trust-signer';
export { TrustSignerModule } from './trust-signer/trust-signer.module';
