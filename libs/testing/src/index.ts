export { makeEcCertificate, type EcCertificate } from './ec-certificate';
export { FaultBlobStore } from './fault-blob-store';
export { InProcessStorageKeeper } from './in-process-storage-keeper';
export { luckBySeed, PowerLossDisk } from './power-loss-disk';
export { S3FaultProxy } from './s3-fault-proxy';
export { describeWithS3, type S3Server } from './s3-server';
export { makeTestCertificate, type TestCertificate } from './test-certificate';
export { createTestDatabase, testRedis, type TestDatabase } from './test-database';
export { describeWithSoftHsm, SoftHsm, softHsmLibrary } from './soft-hsm';
export { startTestModules } from './test-modules';
export { readScrape, scrape, type Scrape } from './scrape';
export { createSlowProxy, type SlowProxy } from './slow-proxy';
export { fakeJobContext, type FakeJobContext } from './fake-job-context';
export { WebhookReceiver, type Delivered } from './webhook-receiver';
export { TestScannerAdapter, testScannerMetadata } from './test-scanner-adapter';
export {
  makeRootKey,
  makeTrustKey,
  signedBy,
  targetOf,
  TrustOwner,
  type DelegationOfTest,
  type TrustKey,
} from './trust-owner';
