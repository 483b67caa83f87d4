export {
  extension,
  makeCertificate,
  makeKeyPair,
  makeRoot,
  purposes,
  sharedKeyPair,
  type TestCertificate,
  toPem,
  usageBits,
} from './test-certificates';
export {
  encodeCbor,
  notationManifest,
  notationPayload,
  type NotationRequest,
  signWithNotation,
} from './notation-signer';
export { TestTimestampAuthority } from './test-timestamps';
export { makeCrl, makeOcspResponse } from './test-revocation';
export { cosignBundle, type CosignLayer, cosignManifest, cosignPayload, TestSigstore } from './test-sigstore';
