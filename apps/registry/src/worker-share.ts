import type { RegistryConfig } from '@breakwater/platform';

/** A transaction, and a query beside it that must not wait for its end. */
const fewestConnections = 2;

/** What one worker may use of what is set for the registry as a whole. */
export function workerShare(config: RegistryConfig): RegistryConfig {
  const share = (whole: number) => Math.floor(whole / config.REGISTRY_WORKERS);
  return {
    ...config,
    DATABASE_POOL_SIZE: Math.max(
      share(config.DATABASE_POOL_SIZE),
      Math.min(fewestConnections, config.DATABASE_POOL_SIZE),
    ),
    HOT_CACHE_BYTES: share(config.HOT_CACHE_BYTES),
  };
}
