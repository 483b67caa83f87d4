import { CONFIG, deriveKey, seal, unseal } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { StoredTarget, WebhookTarget } from './webhook-target';

/** Headers and secrets of targets are credentials for other systems: at rest they are sealed with the platform's key. */
@Injectable()
export class TargetVault {
  private readonly key: Buffer;

  constructor(@Inject(CONFIG) config: { SECRET_KEY: string }) {
    this.key = deriveKey(config.SECRET_KEY, 'webhook targets');
  }

  seal({ authHeader, secret, ...target }: WebhookTarget): StoredTarget {
    return { ...target, sealedAuthHeader: this.sealed(authHeader), sealedSecret: this.sealed(secret) };
  }

  /** Throws when the platform's key is another one. */
  open({ sealedAuthHeader, sealedSecret, ...target }: StoredTarget): WebhookTarget {
    return { ...target, authHeader: this.opened(sealedAuthHeader), secret: this.opened(sealedSecret) };
  }

  private sealed(text: string): string {
    return text === '' ? '' : seal(this.key, text).toString('base64');
  }

  private opened(text: string): string {
    return text === '' ? '' : unseal(this.key, Buffer.from(text, 'base64'));
  }
}
