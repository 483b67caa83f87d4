import type { IdleSignerKeysWanted, SignerKeysRemoval } from '@breakwater/contracts';
import { AppError } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import { keyIdOf, publicKeyOf } from '@breakwater/tuf';
import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { createPublicKey, generateKeyPair, sign, verify, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { KeyVault } from './key-vault';
import type { SignerKey } from './signer-key.entity';
import { SignerKeysRepository, type ListedKey } from './signer-keys.repository';
import { WrappingKeys } from './wrapping-keys';

/** Opening a key costs more than signing with it. */
const maxOpen = 2_000;
const algorithm = 'ecdsa';

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

/** Private keys never leave this class: they are made here, sealed, opened to sign, and forgotten. */
@Injectable()
export class SignerKeys {
  private readonly logger = new Logger('SignerKeys');
  private readonly open = new LRUCache<string, KeyObject>({ max: maxOpen });

  constructor(
    private readonly database: Database,
    private readonly repository: SignerKeysRepository,
    private readonly wrapping: WrappingKeys,
    private readonly vault: KeyVault,
  ) {}

  /**
   * The key of that role that nothing was signed with yet, made when there is none: who asks again before it is used is
   * told the same one.
   */
  async create(owner: KeyOwner): Promise<PublicSignerKey> {
    const waiting = await this.repository.offer(owner);
    if (waiting) return publicPart(waiting);
    await this.database.transaction(() => this.make(owner));
    const made = await this.repository.offer(owner);
    // Somebody made it, and somebody else signed with it, in between.
    return made ? publicPart(made) : this.create(owner);
  }

  /** Those of them that are held for that role. */
  async find(owner: KeyOwner, keyIds: readonly string[]): Promise<PublicSignerKey[]> {
    return (await this.repository.find(owner, keyIds)).map(publicPart);
  }

  /** ECDSA with SHA-256: r and s, 32 bytes each. Throws NOT_FOUND when that role has no such key. */
  async sign(owner: KeyOwner, keyId: string, content: Buffer): Promise<Buffer> {
    const key = this.open.get(cacheKey(owner, keyId)) ?? (await this.load(owner, keyId));
    if (!(await this.repository.markUsed(keyId))) {
      this.open.delete(cacheKey(owner, keyId));
      throw noSuchKey();
    }
    return signature(key, content);
  }

  /** In order of their ids: those that were neither made, nor told of, nor used since `before`. */
  idle(wanted: IdleSignerKeysWanted): Promise<ListedKey[]> {
    return this.repository.idle(wanted);
  }

  /** For ever. Other processes forget what they opened of them when they are asked to sign. */
  async remove(removal: SignerKeysRemoval): Promise<ListedKey[]> {
    const removed = await this.repository.remove(removal);
    for (const { keyId, ...owner } of removed) {
      this.open.delete(cacheKey(owner, keyId));
      this.logger.log({ keyId, ...owner, ...removal }, 'signing key removed');
    }
    return removed;
  }

  /** Every wrapping key is opened, and one key of each signs. Throws with what to do when SIGNER_KEY is another one. */
  async selfCheck(): Promise<{ checked: number }> {
    let checked = 0;
    for (const wrappingKey of await this.repository.wrappingKeys()) {
      this.wrapping.open(wrappingKey);
      const row = await this.repository.sample(wrappingKey.id);
      if (!row) continue;
      this.assertPair(row);
      checked += 1;
    }
    return { checked };
  }

  private assertPair(row: SignerKey): void {
    const key = this.vault.openPrivateKey(this.wrapping.open(row.wrappingKey), row);
    const content = Buffer.from('self check');
    const publicKey = createPublicKey({ key: row.publicKey, format: 'der', type: 'spki' });
    if (!verify('sha256', content, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature(key, content)))
      throw new Error(`the signer's key ${row.keyId} does not belong to its public key`);
  }

  private async make({ gun, role }: KeyOwner): Promise<void> {
    await this.repository.lock({ alone: false });
    const { id, key: wrappingKey } = await this.wrapping.current();
    const pair = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
    const publicKey = pair.publicKey.export({ type: 'spki', format: 'der' });
    const identity = { keyId: keyIdOf(publicKeyOf(algorithm, publicKey)), gun, role };
    const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const sealedKey = this.vault.sealPrivateKey(wrappingKey, identity, pem);
    await this.repository.add({ ...identity, algorithm, publicKey, sealedKey, wrappingKeyId: id });
  }

  private async load(owner: KeyOwner, keyId: string): Promise<KeyObject> {
    const [row] = await this.repository.find(owner, [keyId]);
    if (!row) throw noSuchKey();
    const key = this.vault.openPrivateKey(this.wrapping.open(row.wrappingKey), row);
    this.open.set(cacheKey(owner, keyId), key);
    return key;
  }
}

const noSuchKey = (): AppError =>
  new AppError('NOT_FOUND', 'the signer has no such key for this role', { reason: 'signer.no-key' });

const cacheKey = ({ gun, role }: KeyOwner, keyId: string): string => `${keyId} ${role} ${gun}`;

const signature = (key: KeyObject, content: Buffer): Buffer =>
  sign('sha256', content, { key, dsaEncoding: 'ieee-p1363' });

const publicPart = ({ keyId, publicKey }: Pick<SignerKey, 'keyId' | 'publicKey'>): PublicSignerKey => ({ keyId, algorithm, publicKey });
