import { advisoryLocks, Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { In, IsNull, MoreThan } from 'typeorm';
import { SignerKey } from './signer-key.entity';
import { WrappingKey } from './wrapping-key.entity';

type Owner = Pick<SignerKey, 'gun' | 'role'>;

@Injectable()
export class SignerKeysRepository {
  constructor(private readonly database: Database) {}

  /** Held until the transaction ends: `alone` keeps everybody else out, the others only who wants to be alone. */
  async lock({ alone }: { alone: boolean }): Promise<void> {
    const lock = alone ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared';
    await this.database.query(`SELECT ${lock}($1)`, [advisoryLocks.signerKeys]);
  }

  waiting({ gun, role }: Owner): Promise<SignerKey | null> {
    return this.database.repository(SignerKey).findOneBy({ gun, role, lastUsedTime: IsNull() });
  }

  /** With their wrapping keys, as of one moment. */
  find({ gun, role }: Owner, keyIds: readonly string[]): Promise<SignerKey[]> {
    return this.database
      .repository(SignerKey)
      .find({ where: { gun, role, keyId: In([...keyIds]) }, relations: { wrappingKey: true } });
  }

  /** Leaves it when another one waits for that role already. */
  async add(key: Omit<SignerKey, 'wrappingKey' | 'lastUsedTime' | 'creationTime'>): Promise<void> {
    await this.database
      .repository(SignerKey)
      .createQueryBuilder()
      .insert()
      .values({ ...key, lastUsedTime: null })
      .orIgnore()
      .execute();
  }

  /** At most once an hour: it is not to tell when, but that it was used. */
  async markUsed(keyId: string): Promise<void> {
    await this.database.query(
      `UPDATE signer_key SET last_used_time = now()
       WHERE key_id = $1 AND (last_used_time IS NULL OR last_used_time < now() - interval '1 hour')`,
      [keyId],
    );
  }

  /** In order of their ids, after that one. */
  page(after: string, limit: number): Promise<SignerKey[]> {
    return this.database.repository(SignerKey).find({
      where: { keyId: MoreThan(after) },
      relations: { wrappingKey: true },
      order: { keyId: 'ASC' },
      take: limit,
    });
  }

  async reseal({ keyId, sealedKey, wrappingKeyId }: Pick<SignerKey, 'keyId' | 'sealedKey' | 'wrappingKeyId'>) {
    await this.database.repository(SignerKey).update({ keyId }, { sealedKey, wrappingKeyId });
  }

  /** Any key that is sealed with that wrapping key. */
  sample(wrappingKeyId: string): Promise<SignerKey | null> {
    return this.database.repository(SignerKey).findOne({ where: { wrappingKeyId }, relations: { wrappingKey: true } });
  }

  /** Newest first. */
  wrappingKeys(): Promise<WrappingKey[]> {
    return this.database.repository(WrappingKey).find({ order: { creationTime: 'DESC', id: 'ASC' } });
  }

  async addWrappingKey(key: Omit<WrappingKey, 'creationTime'>): Promise<void> {
    await this.database.repository(WrappingKey).insert(key);
  }

  async deleteOtherWrappingKeys(id: string): Promise<void> {
    await this.database.query('DELETE FROM signer_wrapping_key WHERE id <> $1', [id]);
  }
}
