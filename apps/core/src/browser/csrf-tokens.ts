import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const secretBytes = 32;

/**
 * Double submission, as gorilla/csrf does it and clients of Harbor know it: the cookie holds a secret, signed so that
 * nobody can plant one of his own making; the header holds the same secret under a mask that is new each time, so that
 * compression does not give it away (BREACH).
 */
export class CsrfTokens {
  constructor(private readonly key: Buffer) {}

  /** A new value for the cookie. */
  cookie(): string {
    const secret = randomBytes(secretBytes).toString('base64url');
    return `${secret}.${this.sign(secret)}`;
  }

  /** The value of the header for a cookie; undefined when the cookie is none of ours. */
  header(cookie: string): string | undefined {
    const secret = this.secretIn(cookie);
    if (!secret) return undefined;
    const mask = randomBytes(secretBytes);
    return Buffer.concat([mask, xor(mask, secret)]).toString('base64');
  }

  matches(cookie: string, header: string): boolean {
    const secret = this.secretIn(cookie);
    const masked = Buffer.from(header, 'base64');
    if (!secret || masked.length !== 2 * secretBytes) return false;
    return timingSafeEqual(xor(masked.subarray(0, secretBytes), masked.subarray(secretBytes)), secret);
  }

  private secretIn(cookie: string): Buffer | undefined {
    const [secret = '', signature = ''] = cookie.split('.');
    const bytes = Buffer.from(secret, 'base64url');
    const given = Buffer.from(signature);
    const wanted = Buffer.from(this.sign(secret));
    const ours = bytes.length === secretBytes && given.length === wanted.length && timingSafeEqual(given, wanted);
    return ours ? bytes : undefined;
  }

  private sign(secret: string): string {
    return createHmac('sha256', this.key).update(secret).digest('base64url');
  }
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, index) => byte ^ (b[index] ?? 0)));
}
