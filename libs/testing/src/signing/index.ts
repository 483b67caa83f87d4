export * from './test-certificates';
export * from './notation-signer';
export * from './test-timestamps';
export * from './test-revocation';
export * from './test-sigstore';
