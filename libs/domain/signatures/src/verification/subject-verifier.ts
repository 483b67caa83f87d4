import { storageKeyOf } from '@breakwater/artifacts';
import { verifyCosign } from '@breakwater/cosign';
import { AppError, SignatureFault, type Descriptor, type SignatureVerdict } from '@breakwater/kernel';
import { verifyNotation, type NotationSignature } from '@breakwater/notation';
import { toCosignSettings, toNotationSettings, type ProjectTrustPolicy } from '@breakwater/trust-policies';
import { Inject, Injectable } from '@nestjs/common';
import { RevocationFetcher } from '../revocation/revocation-fetcher';
import {
  SignaturesRepository,
  type SignatureArtifact,
  type SubjectRow,
  type VerifiedSignature,
} from '../signatures.repository';
import { SIGNATURE_BYTES, type SignatureBytes } from './signature-bytes';
import { storable } from './stored-verdict';

/** The first of them are verified: whoever may push can attach any number. */
const maxSignatures = 200;
/** Of all that one manifest with signatures lists. */
const maxBytes = 8 * 1024 * 1024;

interface Trust {
  notation: ReturnType<typeof toNotationSettings>;
  cosign: ReturnType<typeof toCosignSettings>;
}

export interface Verification {
  policy: ProjectTrustPolicy;
  now: Date;
  signal: AbortSignal;
}

/** Verifies all that is attached to one artifact, a signature at a time. */
@Injectable()
export class SubjectVerifier {
  /** Certificates and roots take longer to read than signatures to verify. */
  private readonly trusts = new WeakMap<ProjectTrustPolicy, Trust>();

  constructor(
    private readonly signatures: SignaturesRepository,
    @Inject(SIGNATURE_BYTES) private readonly readBytes: SignatureBytes,
    private readonly revocation: RevocationFetcher,
  ) {}

  /** Throws UNAVAILABLE when the storage does: that is no verdict. */
  async verify(subject: SubjectRow, verification: Verification): Promise<VerifiedSignature[]> {
    const artifacts = await this.signatures.signaturesOf(subject);
    const verified: VerifiedSignature[] = [];
    for (const artifact of artifacts.slice(0, maxSignatures)) {
      verification.signal.throwIfAborted();
      verified.push(...(await this.verifyArtifact(subject, artifact, verification)));
    }
    const beyond = artifacts.slice(maxSignatures).map((artifact) => {
      const problem = `the artifact has more than ${maxSignatures} signatures, and this one came after them`;
      return { artifactId: artifact.artifactId, position: 0, verdict: refused(artifact, problem) };
    });
    return [...verified, ...beyond];
  }

  private async verifyArtifact(
    subject: SubjectRow,
    artifact: SignatureArtifact,
    verification: Verification,
  ): Promise<VerifiedSignature[]> {
    const content = await this.signatures.manifest(artifact.artifactId);
    if (content === undefined) return [];
    const verdicts = await this.verdicts(subject, artifact, content, verification);
    return verdicts.map((verdict, position) => ({
      artifactId: artifact.artifactId,
      position,
      verdict: storable(verdict),
    }));
  }

  private async verdicts(
    { mediaType, digest, size }: SubjectRow,
    artifact: SignatureArtifact,
    content: Buffer,
    verification: Verification,
  ): Promise<SignatureVerdict[]> {
    const signature = {
      subject: { mediaType, digest, size },
      manifest: { digest: artifact.digest, content },
      readBlob: this.reader(artifact),
    };
    try {
      const trust = this.trustOf(verification.policy);
      if (artifact.system === 'cosign') return await verifyCosign(signature, trust.cosign);
      return [await this.notationVerdict(signature, trust.notation, verification)];
    } catch (error) {
      if (error instanceof SignatureFault) return [refused(artifact, error.message)];
      throw error;
    }
  }

  private async notationVerdict(
    signature: NotationSignature,
    trust: Trust['notation'],
    { policy, now, signal }: Verification,
  ): Promise<SignatureVerdict> {
    if (policy.notation.revocation === 'off') return verifyNotation(signature, trust, now);
    const asking = { ...trust, revocation: this.revocation.clientFor(signal) };
    const verdict = await verifyNotation(signature, asking, now);
    // Who could wait no longer has not heard whether anything is revoked: that is no verdict.
    signal.throwIfAborted();
    return verdict;
  }

  private reader({ artifactId }: SignatureArtifact): (descriptor: Descriptor) => Promise<Buffer> {
    let left = maxBytes;
    return async ({ digest }) => {
      const blob = await this.signatures.blob(artifactId, digest);
      if (!blob) throw new SignatureFault(`the blob ${digest} is not there`);
      left -= blob.size;
      if (left < 0) throw new SignatureFault(`the manifest has more than ${maxBytes} bytes of signatures`);
      return this.readBytes(storageKeyOf(blob)).catch(missing);
    };
  }

  private trustOf(policy: ProjectTrustPolicy): Trust {
    const trust = this.trusts.get(policy) ?? {
      notation: toNotationSettings(policy),
      cosign: toCosignSettings(policy),
    };
    this.trusts.set(policy, trust);
    return trust;
  }
}

/** What the storage has lost, or holds no more than a signature's worth of, is a fault of the signature for good. */
function missing(error: unknown): never {
  const lost = error instanceof AppError && ['BLOB_UNKNOWN', 'REQUEST_ENTITY_TOO_LARGE'].includes(error.code);
  throw lost ? new SignatureFault(`its bytes cannot be read: ${error.message}`) : error;
}

function refused({ system }: SignatureArtifact, reason: string): SignatureVerdict {
  const checks = [{ name: 'integrity', outcome: 'failed' as const, reason }];
  return { system, format: 'unknown', status: 'invalid', reasons: [reason], checks, trustedBy: [], claims: {} };
}
