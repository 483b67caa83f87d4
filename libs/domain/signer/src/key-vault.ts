import { CONFIG, deriveKey, seal, unseal } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';
import { createPrivateKey, randomBytes, randomUUID, type KeyObject } from 'node:crypto';
import type { SealedKey, SignerKey } from './signer-key.entity';
import type { WrappingKey } from './wrapping-key.entity';

export interface SignerSecrets {
  SIGNER_KEY: string;
  /** Opens what was sealed under it; seals nothing. */
  SIGNER_KEY_PREVIOUS?: string;
}

type KeyIdentity = Pick<SignerKey, 'keyId' | 'gun' | 'role'>;

/**
 * Seals and opens. Private keys are sealed with wrapping keys, those with SIGNER_KEY. Each private key has a sealing key
 * of its own, made of the wrapping key, its id, GUN and role, so that none can be passed off as another.
 */
@Injectable()
export class KeyVault {
  private readonly secrets: ReadonlyMap<string, string>;
  private readonly currentId: string;

  constructor(@Inject(CONFIG) { SIGNER_KEY: current, SIGNER_KEY_PREVIOUS: previous }: SignerSecrets) {
    const known = previous === undefined ? [current] : [current, previous];
    this.secrets = new Map(known.map((secret) => [secretIdOf(secret), secret]));
    this.currentId = secretIdOf(current);
  }

  /** A new wrapping key, to be kept. */
  makeWrappingKey(): Omit<WrappingKey, 'creationTime'> {
    const id = randomUUID();
    const sealedKey = seal(this.secretKey(this.currentId, id), randomBytes(32).toString('base64'));
    return { id, secretId: this.currentId, sealedKey };
  }

  /** Throws when SIGNER_KEY is another one, or the bytes were changed. */
  openWrappingKey({ id, secretId, sealedKey }: WrappingKey): string {
    try {
      return unseal(this.secretKey(secretId, id), sealedKey);
    } catch (cause) {
      throw new Error(
        `the signer's wrapping key ${id} cannot be opened: SIGNER_KEY is not the one it was sealed under ` +
          '(SIGNER_KEY_PREVIOUS may name the one before)',
        { cause },
      );
    }
  }

  sealPrivateKey(wrappingKey: string, key: KeyIdentity, pem: string): Buffer {
    return seal(keyOf(wrappingKey, key), pem);
  }

  /** Throws when the wrapping key is another one, or row or bytes were changed. */
  openPrivateKey(wrappingKey: string, key: KeyIdentity & Pick<SealedKey, 'sealedKey'>): KeyObject {
    try {
      return createPrivateKey(unseal(keyOf(wrappingKey, key), key.sealedKey));
    } catch (cause) {
      throw new Error(`the signer's key ${key.keyId} cannot be opened: its row was changed`, { cause });
    }
  }

  private secretKey(secretId: string, id: string): Buffer {
    const secret = this.secrets.get(secretId);
    if (secret === undefined) throw new Error('it is sealed under a secret that is not known here');
    return deriveKey(secret, `signer wrapping key ${id}`);
  }
}

const secretIdOf = (secret: string): string => deriveKey(secret, 'signer secret id').toString('hex', 0, 8);

const keyOf = (wrappingKey: string, { keyId, gun, role }: KeyIdentity): Buffer =>
  deriveKey(wrappingKey, `signer key ${keyId} ${role} ${gun}`);
