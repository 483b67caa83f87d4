import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, deriveKey } from '@breakwater/platform';
import { createHmac, randomInt } from 'node:crypto';

/** Tells tokens from passwords, to us and to those who look for secrets in what people publish. */
const prefix = 'bwp_';
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const length = 40;

/** Access tokens have 238 bits of chance: a keyed HMAC protects them, and they are found by it. */
@Injectable()
export class AccessTokenSecrets {
  private readonly key: Buffer;

  constructor(@Inject(CONFIG) config: { SECRET_KEY: string }) {
    this.key = deriveKey(config.SECRET_KEY, 'access tokens');
  }

  generate(): string {
    return prefix + Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
  }

  hash(token: string): string {
    return `hmac-sha256$${createHmac('sha256', this.key).update(token).digest('base64url')}`;
  }
}

/** Whether the text has the form of an access token. */
export function isAccessToken(text: string): boolean {
  return text.length === prefix.length + length && text.startsWith(prefix) && /^\w+$/.test(text);
}
