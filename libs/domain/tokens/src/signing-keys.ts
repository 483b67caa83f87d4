import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, Database, deriveKey, seal, unseal } from '@breakwater/platform';
import { SettingsService } from '@breakwater/settings';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { SigningKey } from './signing-key.entity';
import { SigningKeysRepository } from './signing-keys.repository';

/** Signs ten times as many tokens a second as 4096; tokens live for minutes and keys can be rotated at any time. */
const modulusLength = 2_048;
/** Another replica may sign with a key for so long after it was retired. */
const reloadMs = 30_000;
/** An unknown `kid` has the keys read anew, at most this often. */
const unknownKidMs = 250;

interface LoadedKeys {
  rows: SigningKey[];
  verifying: Map<string, KeyObject>;
  loadedAt: number;
}

/** The keys of registry tokens: one signs, the ones before it verify until the last token they signed has expired. */
@Injectable()
export class SigningKeys {
  private loaded?: LoadedKeys;
  private loading?: Promise<LoadedKeys>;
  private signing?: { kid: string; key: KeyObject };

  constructor(
    @Inject(CONFIG) private readonly config: { SECRET_KEY?: string },
    private readonly database: Database,
    private readonly keys: SigningKeysRepository,
    private readonly settings: SettingsService,
  ) {}

  /** The key that signs; made when there is none. Throws when it was sealed under another SECRET_KEY. */
  async current(): Promise<{ kid: string; key: KeyObject }> {
    let row = newest(await this.fresh());
    if (!row) {
      await this.make(false);
      row = newest(await this.load());
    }
    if (!row) throw new Error('no signing key although one was just made');
    if (this.signing?.kid !== row.kid) this.signing = { kid: row.kid, key: this.unseal(row) };
    return this.signing;
  }

  /** Undefined for a key that nobody has, or that was retired longer ago than tokens live. */
  async find(kid: string): Promise<KeyObject | undefined> {
    const known = (await this.fresh()).verifying.get(kid);
    if (known) return known;
    const age = Date.now() - (this.loaded?.loadedAt ?? 0);
    if (age < unknownKidMs) await sleep(unknownKidMs - age);
    const { loadedAt, verifying } = await this.fresh();
    return Date.now() - loadedAt < unknownKidMs ? verifying.get(kid) : (await this.load()).verifying.get(kid);
  }

  /** RFC 7517: every key that verifies. */
  async publicKeys(): Promise<JWK[]> {
    await this.current();
    const { rows, verifying } = await this.fresh();
    return rows
      .filter(({ kid }) => verifying.has(kid))
      .map(({ kid, publicJwk }) => ({ ...publicJwk, kid, alg: 'RS256', use: 'sig' }));
  }

  /** A new key signs from now on. Tokens signed before stay valid until they expire. */
  async rotate(): Promise<string> {
    const kid = await this.make(true);
    await this.load();
    return kid;
  }

  private async make(evenIfThereIsOne: boolean): Promise<string> {
    const key = await generate();
    const privateKey = seal(this.sealKey(), key.pem);
    return this.database.transaction(async () => {
      await this.keys.lock();
      const existing = (await this.keys.list()).find(({ retiredTime }) => retiredTime === null);
      if (existing && !evenIfThereIsOne) return existing.kid;
      await this.keys.add({ kid: key.kid, privateKey, publicJwk: key.jwk });
      await this.keys.retireOthers(key.kid);
      await this.keys.deleteRetiredBefore(await this.oldestUseful());
      return key.kid;
    });
  }

  private async fresh(): Promise<LoadedKeys> {
    if (this.loaded && Date.now() - this.loaded.loadedAt < reloadMs) return this.loaded;
    return this.load();
  }

  private load(): Promise<LoadedKeys> {
    this.loading ??= this.read().finally(() => {
      this.loading = undefined;
    });
    return this.loading;
  }

  private async read(): Promise<LoadedKeys> {
    const loadedAt = Date.now();
    const rows = await this.keys.list();
    const oldest = await this.oldestUseful();
    const useful = rows.filter(({ retiredTime }) => retiredTime === null || retiredTime > oldest);
    const verifying = new Map(
      useful.map(({ kid, publicJwk }) => [kid, createPublicKey({ key: publicJwk, format: 'jwk' })]),
    );
    this.loaded = { rows, verifying, loadedAt };
    return this.loaded;
  }

  /** Twice the reload, for a replica that read the keys just before the rotation. */
  private async oldestUseful(): Promise<Date> {
    const { token_expiration: minutes } = await this.settings.get();
    return new Date(Date.now() - minutes * 60_000 - 2 * reloadMs);
  }

  /** Processes that only verify are not told SECRET_KEY. */
  private sealKey(): Buffer {
    const { SECRET_KEY: secret } = this.config;
    if (secret === undefined) throw new Error('this process signs no tokens: it is told no SECRET_KEY');
    return deriveKey(secret, 'signing keys');
  }

  private unseal(row: SigningKey): KeyObject {
    try {
      return createPrivateKey(unseal(this.sealKey(), row.privateKey));
    } catch (cause) {
      throw new Error('the signing key cannot be opened: SECRET_KEY is not the one it was made under', { cause });
    }
  }
}

const newest = ({ rows }: LoadedKeys): SigningKey | undefined => rows.find(({ retiredTime }) => retiredTime === null);

async function generate(): Promise<{ kid: string; pem: string; jwk: Record<string, string> }> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength });
  const jwk = publicKey.export({ format: 'jwk' }) as Record<string, string>;
  return {
    kid: await calculateJwkThumbprint(jwk as JWK),
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    jwk,
  };
}
