export { isNotationSignature, notationArtifactType } from './signature-manifest';
export { verifyNotation, type NotationSignature } from './verify-notation';
export { type NotationTrust } from './verify-envelope';
export {
  parseTrustPolicy,
  policyFor,
  type TrustPolicy,
  type TrustPolicyDocument,
  type TrustStoreType,
} from './policy/trust-policy';
export { parseTrustStoreFile, type TrustStore } from './policy/trust-store';
export { type RevocationClient } from './revocation/revocation';
export { type Certificate } from './x509/certificate';
export { isAcceptedAlgorithm } from './x509/signed';
