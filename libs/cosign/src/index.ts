export { cosignSignatureTag, isCosignSignature } from './cosign-manifest';
export { type CosignIdentity } from './cosign-identity';
export { parseCosignKey, type CosignKey } from './cosign-key';
export { bundledSigstoreRoot, parseSigstoreRoot, type SigstoreRoot } from './sigstore-root';
export { verifyCosign, type CosignSignatures } from './verify-cosign';
export { type CosignTrust } from './verify-content';
