export { FaultBlobStore } from './fault-blob-store';
export { luckBySeed, PowerLossDisk } from './power-loss-disk';
export { S3FaultProxy } from './s3-fault-proxy';
export { describeWithS3, type S3Server } from './s3-server';
export { makeTestCertificate, type TestCertificate } from './test-certificate';
export { createTestDatabase, testRedis, type TestDatabase } from './test-database';
export { readScrape, scrape, type Scrape } from './scrape';
export { createSlowProxy, type SlowProxy } from './slow-proxy';
export { fakeJobContext, type FakeJobContext } from './fake-job-context';
