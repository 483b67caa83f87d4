import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, deriveKey } from '@breakwater/platform';
import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Robot secrets are random, so a keyed HMAC protects them as well as a slow hash would, thousands of times a second.
 */
@Injectable()
export class RobotSecrets {
  private readonly key: Buffer;

  constructor(@Inject(CONFIG) config: { SECRET_KEY: string }) {
    this.key = deriveKey(config.SECRET_KEY, 'robot secrets');
  }

  hash(secret: string): string {
    return `hmac-sha256$${this.mac(secret).toString('base64url')}`;
  }

  matches(secret: string, stored: string): boolean {
    const [scheme, mac = ''] = stored.split('$');
    const wanted = Buffer.from(mac, 'base64url');
    const given = this.mac(secret);
    return scheme === 'hmac-sha256' && wanted.length === given.length && timingSafeEqual(wanted, given);
  }

  private mac(secret: string): Buffer {
    return createHmac('sha256', this.key).update(secret).digest();
  }
}
