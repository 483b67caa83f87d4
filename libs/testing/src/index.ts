export { FaultBlobStore } from './fault-blob-store';
export { createTestDatabase, testRedis, type TestDatabase } from './test-database';
