import type { IdleSignerKeysWanted, SignerKeysRemoval } from '@breakwater/contracts';
import { advisoryLocks, Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { In, MoreThan } from 'typeorm';
import { SignerKey } from './signer-key.entity';
import { WrappingKey } from './wrapping-key.entity';

/** Without what it takes to sign. */
export type ListedKey = Pick<SignerKey, 'keyId' | 'gun' | 'role'>;
const listed = 'key_id AS "keyId", gun, role';
/** `greatest` leaves out what is null. */
const lastSign = 'greatest(creation_time, offered_time, last_used_time)';

type Owner = Pick<SignerKey, 'gun' | 'role'>;

@Injectable()
export class SignerKeysRepository {
  constructor(private readonly database: Database) {}

  /** Held until the transaction ends: `alone` keeps everybody else out, the others only who wants to be alone. */
  async lock({ alone }: { alone: boolean }): Promise<void> {
    const lock = alone ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared';
    await this.database.query(`SELECT ${lock}($1)`, [advisoryLocks.signerKeys]);
  }

  /** The one that waits, which is kept from now on as if it were new. Undefined: there is none, or it was removed just now. */
  async offer({ gun, role }: Owner): Promise<Pick<SignerKey, 'keyId' | 'publicKey'> | undefined> {
    const [row] = await this.database.query<Pick<SignerKey, 'keyId' | 'publicKey'>>(
      `UPDATE signer_key SET offered_time = now() WHERE gun = $1 AND role = $2 AND last_used_time IS NULL
       RETURNING key_id AS "keyId", public_key AS "publicKey"`,
      [gun, role],
    );
    return row;
  }

  /** With their wrapping keys, as of one moment. */
  find({ gun, role }: Owner, keyIds: readonly string[]): Promise<SignerKey[]> {
    return this.database
      .repository(SignerKey)
      .find({ where: { gun, role, keyId: In([...keyIds]) }, relations: { wrappingKey: true } });
  }

  /** Leaves it when another one waits for that role already. */
  async add(key: Omit<SignerKey, 'wrappingKey' | 'lastUsedTime' | 'offeredTime' | 'creationTime'>): Promise<void> {
    await this.database
      .repository(SignerKey)
      .createQueryBuilder()
      .insert()
      .values({ ...key, lastUsedTime: null })
      .orIgnore()
      .execute();
  }

  /**
   * At most once an hour: it is not to tell when, but that it was used. False: the key is not there any more. From here on
   * it is not idle, so who removes idle ones comes before, or not at all.
   */
  async markUsed(keyId: string): Promise<boolean> {
    const [used] = await this.database.query(
      `WITH marked AS (
         UPDATE signer_key SET last_used_time = now()
         WHERE key_id = $1 AND (last_used_time IS NULL OR last_used_time < now() - interval '1 hour') RETURNING key_id)
       SELECT key_id FROM marked
       UNION ALL SELECT key_id FROM signer_key WHERE key_id = $1 AND last_used_time >= now() - interval '1 hour'`,
      [keyId],
    );
    if (used) return true;
    // Somebody else marked it meanwhile, which the statement above did not see.
    return (await this.database.query('SELECT 1 FROM signer_key WHERE key_id = $1', [keyId])).length > 0;
  }

  /** In order of their ids, after that one. */
  idle({ before, after, limit }: IdleSignerKeysWanted): Promise<ListedKey[]> {
    return this.database.query<ListedKey>(
      `SELECT ${listed} FROM signer_key WHERE key_id > $1 AND ${lastSign} < $2 ORDER BY key_id LIMIT $3`,
      [after, before, limit],
    );
  }

  /** Whoever marks or offers one at this moment keeps it: Postgres looks at the row again. */
  remove({ gun, keep, before, used }: SignerKeysRemoval): Promise<ListedKey[]> {
    return this.database.query<ListedKey>(
      `DELETE FROM signer_key WHERE gun = $1 AND NOT (key_id = ANY($2)) AND ${lastSign} < $3
       ${used ? 'AND last_used_time IS NOT NULL' : ''} RETURNING ${listed}`,
      [gun, keep, before],
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
