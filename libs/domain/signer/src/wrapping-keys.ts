import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { KeyVault } from './key-vault';
import { SignerKeysRepository } from './signer-keys.repository';
import type { WrappingKey } from './wrapping-key.entity';

/** Private keys that are sealed anew between two questions to the database. */
const batch = 500;

interface OpenWrappingKey {
  id: string;
  key: string;
}

/** The keys that private keys are sealed with. Every process of the signer sees a rotation at once. */
@Injectable()
export class WrappingKeys {
  private readonly opened = new Map<string, string>();

  constructor(
    private readonly database: Database,
    private readonly repository: SignerKeysRepository,
    private readonly vault: KeyVault,
  ) {}

  /** The one that seals; made when there is none. Call inside a transaction that holds the lock. */
  async current(): Promise<OpenWrappingKey> {
    const [newest] = await this.repository.wrappingKeys();
    if (newest) return { id: newest.id, key: this.vault.openWrappingKey(newest) };
    const made = this.vault.makeWrappingKey();
    await this.repository.addWrappingKey(made);
    return { id: made.id, key: this.vault.openWrappingKey({ ...made, creationTime: new Date() }) };
  }

  /** Throws when it cannot be opened. */
  open(row: WrappingKey): string {
    const known = this.opened.get(row.id);
    if (known !== undefined) return known;
    const key = this.vault.openWrappingKey(row);
    this.opened.set(row.id, key);
    return key;
  }

  /**
   * Every private key that is sealed is sealed anew with a new wrapping key under the SIGNER_KEY of today, and the ones
   * before open nothing any more. All or nothing; keys are made again when it is done. Answers the new key's id and how many there are.
   */
  rotate(): Promise<{ id: string; keys: number }> {
    return this.database.transaction(async () => {
      await this.repository.lock({ alone: true });
      const made = this.vault.makeWrappingKey();
      await this.repository.addWrappingKey(made);
      const key = this.vault.openWrappingKey({ ...made, creationTime: new Date() });
      const keys = await this.resealAll({ id: made.id, key });
      await this.repository.deleteOtherWrappingKeys(made.id);
      return { id: made.id, keys };
    });
  }

  private async resealAll(wrapping: OpenWrappingKey): Promise<number> {
    let count = 0;
    for (let after = ''; ;) {
      const page = await this.repository.sealedPage(after, batch);
      for (const row of page) {
        const pem = this.vault
          .openPrivateKey(this.open(row.wrappingKey), row)
          .export({ type: 'pkcs8', format: 'pem' })
          .toString();
        const sealedKey = this.vault.sealPrivateKey(wrapping.key, row, pem);
        await this.repository.reseal({ keyId: row.keyId, sealedKey, wrappingKeyId: wrapping.id });
      }
      count += page.length;
      const last = page.at(-1);
      if (!last || page.length < batch) return count;
      after = last.keyId;
    }
  }
}
