import type { RegistryConfig } from '@breakwater/platform';
import { workerShare } from './worker-share';

const config = (workers: number, poolSize = 12) =>
  ({ REGISTRY_WORKERS: workers, DATABASE_POOL_SIZE: poolSize, HOT_CACHE_BYTES: 1000 }) as RegistryConfig;

it.each([
  [1, 12, 12, 1000],
  [4, 12, 3, 250],
  [5, 12, 2, 200],
  [8, 12, 2, 125],
  [1, 1, 1, 1000],
])('of %d workers on %d connections, each has %d and %d bytes', (workers, poolSize, connections, bytes) => {
  expect(workerShare(config(workers, poolSize))).toMatchObject({
    DATABASE_POOL_SIZE: connections,
    HOT_CACHE_BYTES: bytes,
  });
});
