export { FaultBlobStore } from './fault-blob-store';
export { createTestDatabase, testRedis, type TestDatabase } from './test-database';
export { createSlowProxy, type SlowProxy } from './slow-proxy';
