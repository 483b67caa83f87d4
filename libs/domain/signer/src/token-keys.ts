import { AppError } from '@breakwater/kernel';
import { loadCryptoki, Token, TokenError } from '@breakwater/pkcs11';
import { CONFIG } from '@breakwater/platform';
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { createHash, createPublicKey, verify } from 'node:crypto';
import type { KeyHome, KeyInToken } from './signer-key.entity';

/** Of notarySignerConfig; all of them, or none. */
export interface TokenSecrets {
  SIGNER_PKCS11_LIBRARY?: string;
  SIGNER_PKCS11_TOKEN?: string;
  SIGNER_PKCS11_PIN?: string;
  SIGNER_PKCS11_SESSIONS?: number;
}

/**
 * Keys that live in the PKCS#11 token that this signer was told of, if it was. They are made and used there; nothing but
 * signatures comes out. Whatever is wrong with the token is UNAVAILABLE, and no key is made elsewhere instead.
 */
@Injectable()
export class TokenKeys implements OnApplicationShutdown {
  private readonly logger = new Logger('TokenKeys');
  private readonly token: Token | undefined;

  constructor(@Inject(CONFIG) config: TokenSecrets) {
    this.token = tokenOf(config);
  }

  /** Label of the token that new keys are made in; null: there is none. */
  get home(): string | null {
    return this.token?.label ?? null;
  }

  /** A key that nobody is told of yet: `discard` it, or keep where it lives. */
  make(name: string): Promise<{ publicKey: Buffer; home: KeyHome }> {
    return this.ask(async (token) => {
      const { id, publicKey } = await token.generate(name);
      return { publicKey, home: { sealedKey: null, wrappingKeyId: null, token: token.label, tokenKeyId: id } };
    });
  }

  /** ECDSA with SHA-256: r and s, 32 bytes each. One that its public key does not confirm is told to nobody. */
  async sign(key: KeyInToken, content: Buffer): Promise<Buffer> {
    const digest = createHash('sha256').update(content).digest();
    const signature = await this.askFor(key, (token) => token.sign(key.tokenKeyId, digest));
    const publicKey = createPublicKey({ key: key.publicKey, format: 'der', type: 'spki' });
    if (!verify('sha256', content, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature))
      throw new Error(`the token "${key.token}" made a signature that is not one of the key ${key.keyId}`);
    return signature;
  }

  /** For ever. One in a token that this signer is not told of is left there. */
  async destroy({ token: label, tokenKeyId }: Pick<KeyInToken, 'token' | 'tokenKeyId'>): Promise<void> {
    if (label === this.home) await this.ask((token) => token.destroy(tokenKeyId));
    else this.logger.warn(`a key is left behind in the token "${label}": its CKA_ID is ${tokenKeyId.toString('hex')}`);
  }

  /** Rejects when there is a token, and it cannot be used. */
  async check(): Promise<void> {
    if (this.token) await this.ask((token) => token.check());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.token?.close().catch((error: unknown) => this.logger.warn({ err: error }, 'the token was not closed'));
  }

  private askFor<T>(key: Pick<KeyInToken, 'token'>, question: (token: Token) => Promise<T>): Promise<T> {
    if (key.token !== this.home) return Promise.reject(elsewhere(key.token, this.home));
    return this.ask(question);
  }

  private async ask<T>(question: (token: Token) => Promise<T>): Promise<T> {
    if (!this.token) throw new Error('this signer was told of no token');
    try {
      return await question(this.token);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      this.logger.error({ err: error }, error.message);
      throw new AppError('UNAVAILABLE', error.message, { reason: `signer.token-${error.problem}`, cause: error });
    }
  }
}

function tokenOf(config: TokenSecrets): Token | undefined {
  const { SIGNER_PKCS11_LIBRARY: library, SIGNER_PKCS11_TOKEN: label, SIGNER_PKCS11_PIN: pin } = config;
  if (library === undefined || label === undefined || pin === undefined) return undefined;
  return new Token({ label, pin, sessions: config.SIGNER_PKCS11_SESSIONS ?? 1, load: () => loadCryptoki(library) });
}

function elsewhere(token: string, configured: string | null): AppError {
  const told = configured === null ? 'SIGNER_PKCS11_LIBRARY is not set' : `SIGNER_PKCS11_TOKEN is "${configured}"`;
  return new AppError('UNAVAILABLE', `the signer has keys in the token "${token}", and ${told}`, {
    reason: 'signer.token-elsewhere',
  });
}
