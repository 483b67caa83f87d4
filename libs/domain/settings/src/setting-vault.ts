import { CONFIG, deriveKey, seal, unseal } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { SecretName } from './table';

/** A secret at rest. */
export const sealedSecret = z.object({
  /** Which key it is sealed with. */
  key: z.string().min(1),
  /** Base64. */
  sealed: z.string(),
});
export type SealedSecret = z.output<typeof sealedSecret>;

/**
 * Secrets among the settings are credentials for other systems. Each is sealed with a key of its own, derived from
 * SECRET_KEY, the id of the key in use and the setting's name, so that one cannot be passed off as another.
 */
@Injectable()
export class SettingVault {
  constructor(@Inject(CONFIG) private readonly config: { SECRET_KEY?: string }) {}

  seal(name: SecretName, text: string, key: string): SealedSecret {
    return { key, sealed: seal(this.keyOf(name, key), text).toString('base64') };
  }

  /** Throws when SECRET_KEY is another one, or the bytes were changed. */
  open(name: SecretName, { key, sealed }: SealedSecret): string {
    try {
      return unseal(this.keyOf(name, key), Buffer.from(sealed, 'base64'));
    } catch (cause) {
      throw new Error(`the setting ${name} cannot be opened: SECRET_KEY is not the one it was sealed under`, { cause });
    }
  }

  private keyOf(name: SecretName, key: string): Buffer {
    const { SECRET_KEY: secret } = this.config;
    if (secret === undefined) throw new Error('this process opens no secrets: it is told no SECRET_KEY');
    return deriveKey(secret, `setting ${name} ${key}`);
  }
}
