import {
  type Descriptor,
  mustHaveDigest,
  orFault,
  parseManifest,
  type SignatureCheck,
  SignatureFault,
  type SignatureStatus,
  type SignatureVerdict,
  type SignedSubject,
} from '@breakwater/kernel';
import { type Envelope } from './envelope/envelope';
import { openEnvelope } from './envelope/integrity';
import { enforcementOf } from './policy/trust-policy';
import { envelopeLayer } from './signature-manifest';
import { examine, type NotationTrust } from './verify-envelope';
import { summarize } from './x509/certificate';

/** A signature as the registry has it. */
export interface NotationSignature {
  /** The manifest that is said to be signed: as stored, not as the signature tells. */
  subject: SignedSubject;
  /** The signature's own manifest. */
  manifest: { digest: string; content: Buffer };
  /** Reads a blob that the manifest lists. What it throws is thrown on: storage that fails is no verdict. */
  readBlob: (descriptor: Descriptor) => Promise<Buffer>;
}

/**
 * Verifies one Notation signature of one artifact under the policy that holds for the repository (`policyFor`). A bad
 * signature is a verdict, never an exception. `now` is the caller's, so that tests and re-verifications agree on it.
 */
export async function verifyNotation(
  signature: NotationSignature,
  trust: NotationTrust,
  now: Date,
): Promise<SignatureVerdict> {
  const enforcement = enforcementOf(trust.policy);
  if (enforcement === undefined) return withoutFindings('skipped', 'the trust policy skips it', []);
  const content = await readEnvelope(signature);
  if (content instanceof SignatureFault) return broken(content);
  const envelope = open(content);
  if (envelope instanceof SignatureFault) return broken(envelope);
  const { checks, ...findings } = await examine({ envelope, subject: signature.subject, trust, enforcement, now });
  return {
    system: 'notation',
    format: envelope.format,
    ...findings,
    checks: [{ name: 'integrity', outcome: 'passed' }, ...checks],
    reasons: checks.flatMap(({ outcome, reason }) => (outcome === 'failed' && reason !== undefined ? [reason] : [])),
    signer: signerOf(envelope),
    ...(envelope.attributes.expiry !== undefined && { expires: envelope.attributes.expiry }),
  };
}

interface EnvelopeBlob {
  mediaType: string;
  bytes: Buffer;
}

async function readEnvelope({
  manifest,
  subject,
  readBlob,
}: NotationSignature): Promise<EnvelopeBlob | SignatureFault> {
  const layer = faultOf(() => {
    mustHaveDigest(manifest.content, manifest.digest, 'the manifest of the signature');
    const parsed = orFault(
      () => parseManifest(manifest.content, undefined),
      'the manifest of the signature is malformed',
    );
    return envelopeLayer(parsed, subject);
  });
  if (layer instanceof SignatureFault) return layer;
  const bytes = await readBlob(layer);
  return faultOf(() => {
    mustHaveDigest(bytes, layer.digest, 'the envelope');
    return { mediaType: layer.mediaType, bytes };
  });
}

const open = ({ mediaType, bytes }: EnvelopeBlob): Envelope | SignatureFault =>
  faultOf(() => openEnvelope(mediaType, bytes));

function faultOf<T>(read: () => T): T | SignatureFault {
  try {
    return read();
  } catch (error) {
    if (error instanceof SignatureFault) return error;
    throw error;
  }
}

function broken({ message }: SignatureFault): SignatureVerdict {
  return withoutFindings('invalid', message, [{ name: 'integrity', outcome: 'failed', reason: message }]);
}

function withoutFindings(status: SignatureStatus, reason: string, checks: SignatureCheck[]): SignatureVerdict {
  return { system: 'notation', format: 'unknown', status, reasons: [reason], checks, trustedBy: [], claims: {} };
}

function signerOf({ chain }: Envelope) {
  const [leaf] = chain;
  return {
    identity: leaf?.subjectName ?? '',
    issuer: leaf?.issuerName ?? '',
    thumbprints: chain.map(({ thumbprint }) => thumbprint),
    chain: chain.map(summarize),
  };
}
