import { type TransparencyLogEntry } from '@sigstore/bundle';
import { RFC3161Timestamp } from '@sigstore/core';
import { orFault } from '@breakwater/kernel';

/** One Cosign signature, whichever way it was stored; nothing is verified yet. */
export interface SignedContent {
  format: 'simple-signing' | 'bundle';
  /** The bytes that the signature is over. */
  signed: Buffer;
  /** What the signer meant, and what transparency logs hash. */
  payload: Buffer;
  signature: Buffer;
  /** base64 of the SHA-256 of the signing key's SPKI, an unsigned hint. */
  keyHint?: string;
  /** DER. */
  certificate?: Buffer;
  logEntries: TransparencyLogEntry[];
  timestamps: RFC3161Timestamp[];
  claims: Record<string, string>;
}

/** RFC 3161 TimeStampResp in DER. */
export function parseTimestamp(der: Buffer): RFC3161Timestamp {
  return orFault(() => {
    const timestamp = RFC3161Timestamp.parse(Buffer.from(der));
    // Reads what is there: later access to what is missing would throw in the middle of verification.
    void timestamp.signingTime;
    return timestamp;
  }, 'a timestamp of the signature is malformed');
}

/** The text members of an object of unknown origin: annotations that were signed. */
export function textMembers(value: unknown): Record<string, string> {
  const entries = Object.entries(value ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(entries);
}

export function canonicalBase64(text: string | undefined, what: string): Buffer {
  const bytes = Buffer.from(text ?? '', 'base64');
  return orFault(() => {
    if (bytes.length === 0 || bytes.toString('base64') !== text) throw new TypeError('not base64');
    return bytes;
  }, `${what} is not base64`);
}
