import { X509Certificate } from 'node:crypto';
import { type Descriptor, orFault, parseJson, SignatureFault, type SignedSubject } from '@breakwater/kernel';
import { type TransparencyLogEntry } from '@sigstore/bundle';
import { z } from 'zod';
import { canonicalBase64, parseTimestamp, type SignedContent, textMembers } from './signed-content';

export const simpleSigningType = 'application/vnd.dev.cosign.simplesigning.v1+json';

const keys = {
  signature: 'dev.cosignproject.cosign/signature',
  certificate: 'dev.sigstore.cosign/certificate',
  bundle: 'dev.sigstore.cosign/bundle',
  timestamp: 'dev.sigstore.cosign/rfc3161timestamp',
} as const;

/** cosign SIGNATURE_SPEC; the specification's own sample spells the digest's key with capitals. */
const payload = z.object({
  critical: z.object({
    type: z.string(),
    image: z.union([
      z.object({ 'docker-manifest-digest': z.string() }).transform((image) => image['docker-manifest-digest']),
      z.object({ 'Docker-manifest-digest': z.string() }).transform((image) => image['Docker-manifest-digest']),
    ]),
  }),
  optional: z.unknown().optional(),
});
/** Both are in use: the second is what cosign writes with its newer payload types. */
const TYPES = ['cosign container image signature', 'https://sigstore.dev/cosign/sign/v1'];

const rekorBundle = z.object({
  SignedEntryTimestamp: z.string(),
  Payload: z.object({
    body: z.string(),
    integratedTime: z.number().int().nonnegative(),
    logIndex: z.number().int().nonnegative(),
    logID: z.string().regex(/^[0-9a-f]{64}$/),
  }),
});
const logBody = z.object({ kind: z.string(), apiVersion: z.string() });
const timestampBundle = z.object({ SignedRFC3161Timestamp: z.string() });

/** One layer of a `sha256-<hex>.sig` tag or of an OCI 1.1 referrer. Throws SignatureFault. */
export function readSimpleSigning(layer: Descriptor, bytes: Buffer, subject: SignedSubject): SignedContent {
  const { annotations = {} } = layer;
  const { critical, optional } = orFault(
    () => payload.parse(parseJson(bytes, { maxDepth: 16 })),
    'the payload of the signature is malformed',
  );
  if (!TYPES.includes(critical.type)) throw new SignatureFault(`the payload is of the type "${critical.type}"`);
  if (critical.image !== subject.digest) throw new SignatureFault(`the signature is about ${critical.image}`);
  const { [keys.certificate]: certificate, [keys.bundle]: bundle, [keys.timestamp]: timestamp } = annotations;
  return {
    format: 'simple-signing',
    signed: bytes,
    payload: bytes,
    signature: canonicalBase64(annotations[keys.signature], 'the signature'),
    ...(certificate && { certificate: readCertificate(certificate) }),
    logEntries: bundle ? [readLogEntry(bundle)] : [],
    timestamps: timestamp ? [readTimestamp(timestamp)] : [],
    claims: textMembers(optional),
  };
}

function readCertificate(pem: string): Buffer {
  return orFault(() => new X509Certificate(pem).raw, 'the certificate of the signature is malformed');
}

/** A signed entry timestamp of Rekor: the log's promise to include the entry. */
function readLogEntry(annotation: string): TransparencyLogEntry {
  return orFault(() => {
    const { SignedEntryTimestamp, Payload } = rekorBundle.parse(JSON.parse(annotation));
    const canonicalizedBody = canonicalBase64(Payload.body, 'the entry of the transparency log');
    const { kind, apiVersion } = logBody.parse(JSON.parse(canonicalizedBody.toString('utf8')));
    return {
      logIndex: String(Payload.logIndex),
      logId: { keyId: Buffer.from(Payload.logID, 'hex') },
      kindVersion: { kind, version: apiVersion },
      integratedTime: String(Payload.integratedTime),
      inclusionPromise: { signedEntryTimestamp: canonicalBase64(SignedEntryTimestamp, "the log's promise") },
      inclusionProof: undefined,
      canonicalizedBody,
    };
  }, 'the entry of the transparency log is malformed');
}

function readTimestamp(annotation: string) {
  const { SignedRFC3161Timestamp: text } = orFault(
    () => timestampBundle.parse(JSON.parse(annotation)),
    'a timestamp of the signature is malformed',
  );
  return parseTimestamp(canonicalBase64(text, 'a timestamp of the signature'));
}
