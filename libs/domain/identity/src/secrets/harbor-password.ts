import { pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/**
 * Harbor's password hashes (management-platform.md section 4.2), stored as `<scheme>$<iterations>$<salt>$<hex>`:
 * PBKDF2 with 16 bytes of key.
 */
const schemes: Record<string, string> = { sha1: 'sha1', sha256: 'sha256', pbkdf2_sha256: 'sha256' };

const keyBytes = 16;
const derive = promisify(pbkdf2);

export function isHarborHash(stored: string): boolean {
  return parse(stored) !== undefined;
}

export async function verifyHarborHash(password: string, stored: string): Promise<boolean> {
  const parsed = parse(stored);
  if (!parsed) return false;
  const key = await derive(password, parsed.salt, parsed.iterations, keyBytes, parsed.digest);
  return timingSafeEqual(key, parsed.key);
}

function parse(stored: string): { digest: string; iterations: number; salt: string; key: Buffer } | undefined {
  const [, scheme = '', iterations, salt = '', hex = ''] =
    /^(\w+)\$(\d{1,8})\$([^$]*)\$([0-9a-f]{32})$/.exec(stored) ?? [];
  const digest = schemes[scheme];
  return digest === undefined
    ? undefined
    : { digest, iterations: Number(iterations), salt, key: Buffer.from(hex, 'hex') };
}
