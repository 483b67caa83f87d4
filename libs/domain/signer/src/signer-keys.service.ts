import type { IdleSignerKeysWanted, SignerKeysRemoval } from '@breakwater/contracts';
import { AppError } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import { keyIdOf, publicKeyOf } from '@breakwater/tuf';
import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { createPublicKey, verify } from 'node:crypto';
import { SealedKeys } from './sealed-keys';
import { isInToken, isSealed, type KeyHome, type SignerKey } from './signer-key.entity';
import { SignerKeysRepository, type ListedKey } from './signer-keys.repository';
import { TokenKeys } from './token-keys';
import { WrappingKeys } from './wrapping-keys';

/** Opening a key costs more than signing with it. */
const maxOpen = 2_000;
const algorithm = 'ecdsa';
const selfCheckContent = Buffer.from('self check');

export interface KeyOwner {
  gun: string;
  role: string;
}

export interface PublicSignerKey {
  keyId: string;
  algorithm: typeof algorithm;
  /** DER, SPKI. */
  publicKey: Buffer;
}

/** Signs with one key, wherever that lives. */
type OpenKey = (content: Buffer) => Promise<Buffer>;

/**
 * Keys and what they sign. New ones are made in the token when there is one (TokenKeys), else sealed (SealedKeys); each
 * stays where it was made.
 */
@Injectable()
export class SignerKeys {
  private readonly logger = new Logger('SignerKeys');
  private readonly open = new LRUCache<string, OpenKey>({ max: maxOpen });

  constructor(
    private readonly database: Database,
    private readonly repository: SignerKeysRepository,
    private readonly wrapping: WrappingKeys,
    private readonly sealed: SealedKeys,
    private readonly inToken: TokenKeys,
  ) {}

  /**
   * The key of that role that nothing was signed with yet, made when there is none: who asks again before it is used is
   * told the same one.
   */
  async create(owner: KeyOwner): Promise<PublicSignerKey> {
    const waiting = await this.repository.offer(owner, this.inToken.home);
    if (waiting) return publicPart(waiting);
    await this.make(owner);
    const made = await this.repository.offer(owner, this.inToken.home);
    // Somebody made it, and somebody else signed with it, in between.
    return made ? publicPart(made) : this.create(owner);
  }

  /** Those of them that are held for that role. */
  async find(owner: KeyOwner, keyIds: readonly string[]): Promise<PublicSignerKey[]> {
    return (await this.repository.find(owner, keyIds)).map(publicPart);
  }

  /**
   * ECDSA with SHA-256: r and s, 32 bytes each. Throws NOT_FOUND when that role has no such key, UNAVAILABLE when it lives
   * in a token that is away.
   */
  async sign(owner: KeyOwner, keyId: string, content: Buffer): Promise<Buffer> {
    const key = this.open.get(cacheKey(owner, keyId)) ?? (await this.load(owner, keyId));
    if (!(await this.repository.markUsed(keyId))) {
      this.open.delete(cacheKey(owner, keyId));
      throw noSuchKey();
    }
    return key(content);
  }

  /** In order of their ids: those that were neither made, nor told of, nor used since `before`. */
  idle(wanted: IdleSignerKeysWanted): Promise<ListedKey[]> {
    return this.repository.idle(wanted);
  }

  /**
   * For ever, in their token as well: while that is away they stay, and this throws UNAVAILABLE. Other processes forget what
   * they opened of them when they are asked to sign.
   */
  async remove(removal: SignerKeysRemoval): Promise<ListedKey[]> {
    const removed = await this.database.transaction(async () => {
      const rows = await this.repository.remove(removal);
      for (const row of rows) await this.discard(row);
      return rows;
    });
    for (const { keyId, gun, role } of removed) {
      this.open.delete(cacheKey({ gun, role }, keyId));
      this.logger.log({ ...removal, keyId, gun, role }, 'signing key removed');
    }
    return removed;
  }

  /**
   * Every wrapping key is opened, and one key of each signs; so does one key of each token, which has to be there when
   * this signer was told of it. Throws with what to do when SIGNER_KEY is another one, UNAVAILABLE for tokens.
   */
  async selfCheck(): Promise<{ checked: number }> {
    let checked = 0;
    for (const wrappingKey of await this.repository.wrappingKeys()) {
      this.wrapping.open(wrappingKey);
      const row = await this.repository.sample(wrappingKey.id);
      if (!row) continue;
      this.assertPair(row, this.sealed.sign(this.sealed.open(row), selfCheckContent));
      checked += 1;
    }
    await this.inToken.check();
    for (const row of await this.repository.newestInTokens()) {
      await this.inToken.sign(row, selfCheckContent);
      checked += 1;
    }
    return { checked };
  }

  private assertPair({ keyId, publicKey }: SignerKey, signature: Buffer): void {
    const key = createPublicKey({ key: publicKey, format: 'der', type: 'spki' });
    if (!verify('sha256', selfCheckContent, { key, dsaEncoding: 'ieee-p1363' }, signature))
      throw new Error(`the signer's key ${keyId} does not belong to its public key`);
  }

  private async make(owner: KeyOwner): Promise<void> {
    let home: KeyHome | undefined;
    try {
      await this.database.transaction(async () => {
        await this.repository.lock({ alone: false });
        await this.repository.lockOwner(owner);
        if (await this.repository.offer(owner, this.inToken.home)) return;
        await this.repository.retireElsewhere(owner, this.inToken.home);
        const made = this.inToken.home === null ? await this.makeSealed(owner) : await this.makeInToken(owner);
        home = made;
        await this.repository.add(made);
      });
    } catch (error) {
      // Nobody would ever ask the token for it.
      if (home) await this.discard(home).catch(() => undefined);
      throw error;
    }
  }

  private async makeSealed({ gun, role }: KeyOwner) {
    const { publicKey, privateKey } = await this.sealed.make();
    const identity = { keyId: keyIdOf(publicKeyOf(algorithm, publicKey)), gun, role };
    return { ...identity, algorithm, publicKey, ...(await this.sealed.seal(identity, privateKey)) };
  }

  private async makeInToken({ gun, role }: KeyOwner) {
    const { publicKey, home } = await this.inToken.make(`breakwater ${role} ${gun}`);
    return { keyId: keyIdOf(publicKeyOf(algorithm, publicKey)), gun, role, algorithm, publicKey, ...home };
  }

  /** What of a key is not in its row. */
  private async discard(home: Pick<KeyHome, 'token' | 'tokenKeyId'>): Promise<void> {
    if (isInToken(home)) await this.inToken.destroy(home);
  }

  private async load(owner: KeyOwner, keyId: string): Promise<OpenKey> {
    const [row] = await this.repository.find(owner, [keyId]);
    if (!row) throw noSuchKey();
    const key = this.openKey(row);
    this.open.set(cacheKey(owner, keyId), key);
    return key;
  }

  private openKey(row: SignerKey): OpenKey {
    if (isInToken(row)) return (content) => this.inToken.sign(row, content);
    if (!isSealed(row)) throw new Error(`the signer's key ${row.keyId} lives nowhere: its row was changed`);
    const privateKey = this.sealed.open(row);
    return (content) => Promise.resolve(this.sealed.sign(privateKey, content));
  }
}

const noSuchKey = (): AppError =>
  new AppError('NOT_FOUND', 'the signer has no such key for this role', { reason: 'signer.no-key' });

const cacheKey = ({ gun, role }: KeyOwner, keyId: string): string => `${keyId} ${role} ${gun}`;

const publicPart = ({ keyId, publicKey }: Pick<SignerKey, 'keyId' | 'publicKey'>): PublicSignerKey => ({
  keyId,
  algorithm,
  publicKey,
});
