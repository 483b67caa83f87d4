import { createHash, type KeyObject, timingSafeEqual, X509Certificate } from 'node:crypto';
import { type SigningTime } from '@breakwater/kernel';
import { X509Certificate as SigstoreCertificate } from '@sigstore/core';
import { type SignedEntity, type Signer, VerificationError, Verifier } from '@sigstore/verify';
import { isSignedWith } from './cosign-key';
import { type SignedContent } from './signed-content';
import { type SigstoreRoot } from './sigstore-root';

/** The part of a verification that failed, as Sigstore's verifier orders them. */
export const stages = ['timestamp', 'certificate', 'transparencyLog', 'signature'] as const;
export type Stage = (typeof stages)[number];

export interface StageFailure {
  stage: Stage;
  reason: string;
}

/** How many proofs of each kind there must be; of those that are asked for, every one that is there must hold. */
export interface Requirements {
  transparencyLog: boolean;
  certificateLog: boolean;
  /** A moment that a log or a timestamp authority vouches for. */
  time: boolean;
}

const stageOf = (code: string): Stage => {
  if (code === 'TIMESTAMP_ERROR') return 'timestamp';
  if (code.startsWith('TLOG_')) return 'transparencyLog';
  return code === 'SIGNATURE_ERROR' ? 'signature' : 'certificate';
};

/** Runs @sigstore/verify over what we read ourselves. `key` is tried where the content has no certificate to go by. */
export function verifyWithRoot(
  content: SignedContent,
  root: SigstoreRoot,
  requirements: Requirements,
  key?: KeyObject,
): Signer | StageFailure {
  const { transparencyLog, certificateLog, time } = requirements;
  const thresholds = {
    tlogThreshold: transparencyLog ? 1 : 0,
    ctlogThreshold: certificateLog ? 1 : 0,
    timestampThreshold: time ? 1 : 0,
  };
  try {
    const publicKey = () => {
      if (key === undefined) throw new VerificationError({ code: 'PUBLIC_KEY_ERROR', message: 'there is no key' });
      return { publicKey: key, validFor: () => true };
    };
    return new Verifier({ ...root, publicKey }, thresholds).verify(entityOf(content, requirements, key));
  } catch (error) {
    // On hostile input the verifier throws what it stumbled over; whatever it is, nothing was verified.
    const code = error instanceof VerificationError ? error.code : 'CERTIFICATE_ERROR';
    return { stage: stageOf(code), reason: error instanceof Error ? error.message : String(error) };
  }
}

function entityOf(content: SignedContent, { transparencyLog }: Requirements, key: KeyObject | undefined): SignedEntity {
  const { certificate, logEntries, timestamps, keyHint = '' } = content;
  const entries = transparencyLog ? logEntries : [];
  return {
    signature: signatureOf(content),
    key:
      key === undefined && certificate !== undefined
        ? { $case: 'certificate', certificate: SigstoreCertificate.parse(Buffer.from(certificate)) }
        : { $case: 'public-key', hint: keyHint },
    tlogEntries: entries,
    timestamps: [
      ...entries
        .filter(({ integratedTime }) => integratedTime !== '' && integratedTime !== '0')
        .map((tlogEntry) => ({ $case: 'transparency-log' as const, tlogEntry })),
      ...timestamps.map((timestamp) => ({ $case: 'timestamp-authority' as const, timestamp })),
    ],
  };
}

/** Ours instead of the library's: it knows one hash for each kind of key, cosign uses several. */
function signatureOf({ signed, payload, signature }: SignedContent): SignedEntity['signature'] {
  const lengths = new Map([
    [32, 'sha256'],
    [48, 'sha384'],
    [64, 'sha512'],
  ]);
  return {
    signature,
    compareSignature: (other) => equal(other, signature),
    compareDigest: (digest) => {
      const hash = lengths.get(digest.length);
      return hash !== undefined && equal(digest, createHash(hash).update(payload).digest());
    },
    verifySignature: (key) => isSignedWith(key, signed, signature),
  };
}

function equal(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';

/** Fulcio's certificates are for code signing; the library does not look. */
export function isForCodeSigning(certificate: Buffer): boolean {
  try {
    return new X509Certificate(certificate).keyUsage?.includes(CODE_SIGNING) ?? false;
  } catch {
    return false;
  }
}

/** The moment that was verified along: a timestamp authority's before a log's. */
export function verifiedTime(
  { timestamps, logEntries }: SignedContent,
  { transparencyLog }: Requirements,
): SigningTime | undefined {
  const [timestamp] = timestamps;
  if (timestamp !== undefined) return { at: timestamp.signingTime, source: 'timestamp-authority' };
  const entry = transparencyLog ? logEntries.find(({ inclusionPromise }) => inclusionPromise !== undefined) : undefined;
  return entry && { at: new Date(Number(entry.integratedTime) * 1000), source: 'transparency-log' };
}
