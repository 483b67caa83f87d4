import { Injectable } from '@nestjs/common';
import { generateKeyPair, sign, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { KeyVault } from './key-vault';
import type { KeyHome, SealedKey, SignerKey } from './signer-key.entity';
import { WrappingKeys } from './wrapping-keys';

export interface UnsealedPair {
  /** DER, SPKI. */
  publicKey: Buffer;
  privateKey: KeyObject;
}

/** Keys whose private part lies sealed in its row: made here, opened to sign, and forgotten. */
@Injectable()
export class SealedKeys {
  constructor(
    private readonly wrapping: WrappingKeys,
    private readonly vault: KeyVault,
  ) {}

  async make(): Promise<UnsealedPair> {
    const { publicKey, privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
    return { publicKey: publicKey.export({ type: 'spki', format: 'der' }), privateKey };
  }

  /** Call inside a transaction that holds the lock of the keys. */
  async seal(identity: Pick<SignerKey, 'keyId' | 'gun' | 'role'>, privateKey: KeyObject): Promise<KeyHome> {
    const { id, key: wrappingKey } = await this.wrapping.current();
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const sealedKey = this.vault.sealPrivateKey(wrappingKey, identity, pem);
    return { sealedKey, wrappingKeyId: id, token: null, tokenKeyId: null };
  }

  /** Throws when it cannot be opened. */
  open(key: SealedKey): KeyObject {
    return this.vault.openPrivateKey(this.wrapping.open(key.wrappingKey), key);
  }

  /** ECDSA with SHA-256: r and s, 32 bytes each. */
  sign(privateKey: KeyObject, content: Buffer): Buffer {
    return sign('sha256', content, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  }
}
