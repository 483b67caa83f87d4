import { createHash, X509Certificate } from 'node:crypto';
import { type CertificateSummary, type SignatureChecks, type SignatureVerdict, type Signer } from '@breakwater/kernel';
import { type CertifiedIdentity, type CosignIdentity, matchingIdentities } from './cosign-identity';
import { type CosignKey, isSignedWith } from './cosign-key';
import { type SignedContent } from './signed-content';
import { type SigstoreRoot } from './sigstore-root';
import {
  isForCodeSigning,
  type Requirements,
  type StageFailure,
  stages,
  verifiedTime,
  verifyWithRoot,
} from './sigstore-verifier';
import { type Signer as VerifiedSigner } from '@sigstore/verify';

/** What a project trusts, as its people set it. */
export interface CosignTrust {
  keys: CosignKey[];
  identities: CosignIdentity[];
  /** Without one, nothing that needs an authority or a log can be verified. */
  root?: SigstoreRoot;
  /** What a signature with one of the keys must prove besides. Nothing, unless told otherwise. */
  keySignatures?: { transparencyLog?: boolean; time?: boolean };
  /** What a signature with a certificate must prove besides its time. All of it, unless told otherwise. */
  keylessSignatures?: { transparencyLog?: boolean; certificateLog?: boolean };
  /** Annotations that the signer must have signed along. */
  requiredClaims?: Record<string, string>;
}

/** What the examination of who signed adds to a verdict. */
export type SignerFindings = Pick<SignatureVerdict, 'trustedBy'> &
  Partial<Pick<SignatureVerdict, 'signer' | 'signedAt'>>;

/** By a key when one of them fits, else by the certificate. */
export function examineSigner(content: SignedContent, trust: CosignTrust, found: SignatureChecks): SignerFindings {
  const key = trust.keys.find((candidate) => isSignedWith(candidate.key, content.signed, content.signature));
  if (key !== undefined) return examineKey(content, key, trust, found);
  if (content.certificate !== undefined) return examineCertificate(content, content.certificate, trust, found);
  const isNamed = trust.keys.some(
    ({ thumbprint }) => Buffer.from(thumbprint, 'hex').toString('base64') === content.keyHint,
  );
  found.add(
    'signature',
    'enforce',
    isNamed
      ? { reason: 'the signature does not match what is signed', status: 'invalid' }
      : { reason: 'none of the keys that are trusted made the signature', status: 'untrusted' },
  );
  return { trustedBy: [] };
}

function examineKey(
  content: SignedContent,
  { key, name, thumbprint }: CosignKey,
  trust: CosignTrust,
  found: SignatureChecks,
): SignerFindings {
  found.add('signature', 'enforce', undefined);
  const { transparencyLog = false, time = false } = trust.keySignatures ?? {};
  const requirements = { transparencyLog, time, certificateLog: false };
  const signer: Signer = { identity: `sha256:${thumbprint}`, thumbprints: [thumbprint], chain: [] };
  if (!transparencyLog && !time) {
    found.skip('transparencyLog', 'the settings ask for none of signatures with a key');
    return { trustedBy: [name], signer };
  }
  const result = trust.root === undefined ? noRoot : verifyWithRoot(content, trust.root, requirements, key);
  if ('stage' in result) {
    found.add(result.stage, 'enforce', { reason: result.reason, status: 'invalid' });
    return { trustedBy: [name], signer };
  }
  found.add(transparencyLog ? 'transparencyLog' : 'timestamp', 'enforce', undefined);
  return { trustedBy: [name], signer, ...signedAtOf(content, requirements) };
}

function signedAtOf(content: SignedContent, requirements: Requirements): Pick<SignerFindings, 'signedAt'> {
  const signedAt = verifiedTime(content, requirements);
  return signedAt === undefined ? {} : { signedAt };
}

const noRoot: StageFailure = { stage: 'transparencyLog', reason: 'no trusted root is set' };

function examineCertificate(
  content: SignedContent,
  certificate: Buffer,
  trust: CosignTrust,
  found: SignatureChecks,
): SignerFindings {
  const { transparencyLog = true, certificateLog = true } = trust.keylessSignatures ?? {};
  const requirements = { transparencyLog, certificateLog, time: true };
  if (trust.root === undefined) {
    found.add('certificate', 'enforce', { reason: 'no trusted root is set', status: 'untrusted' });
    return { trustedBy: [] };
  }
  const result = verifyWithRoot(content, trust.root, requirements);
  if ('stage' in result) {
    addStages(found, result);
    return { trustedBy: [] };
  }
  addStages(found);
  if (!isForCodeSigning(certificate)) {
    found.add('certificate', 'enforce', { reason: 'the certificate is not for code signing', status: 'untrusted' });
  }
  const identity = certifiedIdentity(result);
  const trustedBy = matchingIdentities(trust.identities, identity).map(({ name }) => name);
  const nobody = `"${identity.subject}" at ${identity.issuer} is none of the trusted identities`;
  found.add('identity', 'enforce', trustedBy.length > 0 ? undefined : { reason: nobody, status: 'untrusted' });
  return { trustedBy, signer: certifiedSigner(certificate, identity), ...signedAtOf(content, requirements) };
}

function certifiedIdentity({ identity }: VerifiedSigner): CertifiedIdentity {
  const [subject, issuer] = [identity?.subjectAlternativeName, identity?.extensions?.issuer];
  return { ...(subject && { subject }), ...(issuer && { issuer }) };
}

/** Those before the one that failed have passed, those after it were not made. */
function addStages(found: SignatureChecks, failure?: StageFailure): void {
  const failed = failure === undefined ? stages.length : stages.indexOf(failure.stage);
  stages.forEach((stage, position) => {
    if (position > failed) found.skip(stage, 'an earlier check failed');
    else if (position < failed) found.add(stage, 'enforce', undefined);
    else
      found.add(stage, 'enforce', {
        reason: failure?.reason ?? '',
        status: stage === 'certificate' ? 'untrusted' : 'invalid',
      });
  });
}

function certifiedSigner(certificate: Buffer, { subject = '', issuer }: CertifiedIdentity): Signer {
  const x509 = new X509Certificate(certificate);
  const thumbprint = createHash('sha256').update(certificate).digest('hex');
  const summary: CertificateSummary = {
    subject: subject || x509.subject,
    issuer: x509.issuer.replaceAll('\n', ', '),
    serial: x509.serialNumber.toLowerCase(),
    thumbprint,
    notBefore: new Date(x509.validFrom),
    notAfter: new Date(x509.validTo),
  };
  return { identity: subject, ...(issuer && { issuer }), thumbprints: [thumbprint], chain: [summary] };
}
