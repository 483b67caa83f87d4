import { hkdfSync } from 'node:crypto';

/** A key of 32 bytes for one purpose, from the one secret that an installation keeps (RFC 5869). */
export function deriveKey(secretKey: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secretKey, '', `breakwater ${purpose}`, 32));
}
