import {
  type Descriptor,
  mustHaveDigest,
  orFault,
  parseManifest,
  type SignatureCheck,
  SignatureChecks,
  SignatureFault,
  type SignatureStatus,
  type SignatureVerdict,
  type SignedSubject,
} from '@breakwater/kernel';
import { signatureLayers } from './cosign-manifest';
import { type NoSignature, readBundle } from './sigstore-bundle';
import { type SignedContent } from './signed-content';
import { readSimpleSigning, simpleSigningType } from './simple-signing';
import { type CosignTrust, examineSigner } from './verify-content';

/** A manifest with signatures, as the registry has it: of a `.sig` tag or a referrer. */
export interface CosignSignatures {
  /** The manifest that is said to be signed: as stored, not as the signature tells. */
  subject: SignedSubject;
  /** The signatures' own manifest. */
  manifest: { digest: string; content: Buffer };
  /** Reads a blob that the manifest lists. What it throws is thrown on: storage that fails is no verdict. */
  readBlob: (descriptor: Descriptor) => Promise<Buffer>;
}

/**
 * Verifies what Cosign signed: a verdict for each layer, since a `.sig` tag collects signatures, or one for a manifest
 * that cannot be read. A bad signature is a verdict, never an exception, and an attestation is `not-a-signature`.
 */
export async function verifyCosign(signatures: CosignSignatures, trust: CosignTrust): Promise<SignatureVerdict[]> {
  const layers = faultOf(() => readLayers(signatures));
  if (layers instanceof SignatureFault) return [broken('unknown', layers)];
  // The `.att` tag of an attestation, or no manifest of Cosign's at all.
  if (layers.length === 0) return [noSignature({ kind: 'a manifest without a layer that holds a signature' })];
  const verdicts: SignatureVerdict[] = [];
  for (const layer of layers) {
    verdicts.push(verifyLayer(layer, await signatures.readBlob(layer), signatures.subject, trust));
  }
  return verdicts;
}

function readLayers({ manifest, subject }: CosignSignatures): Descriptor[] {
  mustHaveDigest(manifest.content, manifest.digest, 'the manifest of the signature');
  const parsed = orFault(
    () => parseManifest(manifest.content, undefined),
    'the manifest of the signature is malformed',
  );
  return signatureLayers(parsed, subject);
}

function verifyLayer(layer: Descriptor, bytes: Buffer, subject: SignedSubject, trust: CosignTrust): SignatureVerdict {
  const format = layer.mediaType === simpleSigningType ? 'simple-signing' : 'bundle';
  const content = faultOf(() => {
    mustHaveDigest(bytes, layer.digest, 'the signature');
    return format === 'simple-signing' ? readSimpleSigning(layer, bytes, subject) : readBundle(bytes, subject);
  });
  if (content instanceof SignatureFault) return broken(format, content);
  return 'kind' in content ? noSignature(content) : verdictOn(content, trust);
}

function verdictOn(content: SignedContent, trust: CosignTrust): SignatureVerdict {
  const found = new SignatureChecks();
  found.add('subject', 'enforce', undefined);
  const findings = examineSigner(content, trust, found);
  const missing = Object.entries(trust.requiredClaims ?? {}).find(([key, value]) => content.claims[key] !== value);
  const reason = missing && `the signature does not state ${missing[0]}=${missing[1]}`;
  found.add('claims', 'enforce', reason === undefined ? undefined : { reason, status: 'invalid' });
  const { checks, status, reasons } = found;
  return { system: 'cosign', format: content.format, status, reasons, checks, claims: content.claims, ...findings };
}

function noSignature({ kind }: NoSignature): SignatureVerdict {
  return withoutFindings('bundle', 'not-a-signature', `it is ${kind}, which is no signature`);
}

function broken(format: string, { message }: SignatureFault): SignatureVerdict {
  return withoutFindings(format, 'invalid', message, [{ name: 'subject', outcome: 'failed', reason: message }]);
}

function withoutFindings(
  format: string,
  status: SignatureStatus,
  reason: string,
  checks: SignatureCheck[] = [],
): SignatureVerdict {
  return { system: 'cosign', format, status, reasons: [reason], checks, trustedBy: [], claims: {} };
}

function faultOf<T>(read: () => T): T | SignatureFault {
  try {
    return read();
  } catch (error) {
    if (error instanceof SignatureFault) return error;
    throw error;
  }
}
