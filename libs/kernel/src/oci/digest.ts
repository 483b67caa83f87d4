import { createHash } from 'node:crypto';
import { AppError } from '../errors';
import { excerpt } from '../excerpt';

export type DigestAlgorithm = 'sha256' | 'sha512';

/** A content digest, taken apart: `sha256:44136f…` is `{ algorithm: 'sha256', hex: '44136f…' }`. */
export interface Digest {
  algorithm: DigestAlgorithm;
  hex: string;
}

/** image-spec "Registered Algorithms": the encoded part is lower-case hex of the hash's full length. */
const SUPPORTED = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

export function isDigest(text: string): boolean {
  return SUPPORTED.test(text);
}

/** Throws DIGEST_INVALID for anything but a lower-case sha256 or sha512 digest. */
export function parseDigest(text: string): Digest {
  if (!isDigest(text)) {
    throw new AppError(
      'DIGEST_INVALID',
      `invalid digest ${excerpt(text)}: expected sha256:<64 hex> or sha512:<128 hex>`,
    );
  }
  return { algorithm: text.startsWith('sha256:') ? 'sha256' : 'sha512', hex: text.slice('sha256:'.length) };
}

export function formatDigest(digest: Digest): string {
  return `${digest.algorithm}:${digest.hex}`;
}

export function digestOf(bytes: Uint8Array, algorithm: DigestAlgorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}
