export { AppError, errorStatus, type AppErrorOptions, type ErrorCode } from './errors';
export { armFailpoint, failpoint, failpoints, parseFailpoint, trustFailpoints } from './failpoints';
export { digestOf, formatDigest, isDigest, parseDigest, type Digest, type DigestAlgorithm } from './oci/digest';
export { isProjectName, isRepositoryName, parseRepositoryName, type RepositoryName } from './oci/repository-name';
export { fallbackTag, isTag, parseReference, type Reference } from './oci/reference';
export { mediaTypes } from './oci/media-types';
export { type Descriptor } from './oci/descriptor';
export { parseManifest, referrerArtifactType, requiredBlobs, type Manifest } from './oci/manifest';
export { parseJson, type JsonLimits } from './oci/json';
export { escapeRepositoryName } from './oci/registry-path';
export { parseByteRange, parseContentRange, type ByteRange } from './http/byte-range';
export { beginsWithHost, hostOfGun, repositoryOfGun } from './auth/gun';
export { formatScope, parseScopes, type Scope } from './auth/scope';
export { nextPageLink, parseRegistryPage, type RegistryPage } from './paging/registry-page';
export { restLinkHeader } from './paging/rest-page';
export { parseQuery, parseSort, type QueryFilter, type QuerySort, type QueryValue } from './query/query-language';
export { compileGlob, type Glob } from './glob/glob';
export { compileSelectors, isExcluding, type Selector } from './glob/selector';
export {
  type CertificateSummary,
  type SignatureCheck,
  type SignatureStatus,
  type SignatureVerdict,
  type SignedSubject,
  type Signer,
  type SigningTime,
} from './trust/signature-verdict';
export { orFault, SignatureFault } from './trust/signature-fault';
export { SignatureChecks, type CheckAction, type CheckFailure } from './trust/signature-checks';
export { mustHaveDigest } from './trust/content-digest';
