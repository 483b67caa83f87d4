import type { IdleSignerKeysWanted, SignerKeysRemoval } from '@breakwater/contracts';
import { advisoryLocks, Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { In, IsNull, MoreThan, Not } from 'typeorm';
import { isInToken, isSealed, SignerKey, type KeyInToken, type SealedKey } from './signer-key.entity';
import { WrappingKey } from './wrapping-key.entity';

/** Without what it takes to sign. */
export type ListedKey = Pick<SignerKey, 'keyId' | 'gun' | 'role'>;
/** Its object in a token, if it has one, is not deleted with its row. */
export type RemovedKey = ListedKey & Pick<SignerKey, 'token' | 'tokenKeyId'>;
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

  /** Who makes a key for that role waits until the transaction ends. */
  async lockOwner({ gun, role }: Owner): Promise<void> {
    await this.database.query('SELECT pg_advisory_xact_lock(hashtextextended($1, $2))', [
      `${role} ${gun}`,
      advisoryLocks.signerKeys,
    ]);
  }

  /**
   * The one that waits and lives there (`token` null: sealed in its row), which is kept from now on as if it were new. Undefined: there is
   * none, or it was removed just now.
   */
  async offer({ gun, role }: Owner, token: string | null): Promise<Pick<SignerKey, 'keyId' | 'publicKey'> | undefined> {
    const [row] = await this.database.query<Pick<SignerKey, 'keyId' | 'publicKey'>>(
      `UPDATE signer_key SET offered_time = now() WHERE gun = $1 AND role = $2 AND last_used_time IS NULL
         AND token IS NOT DISTINCT FROM $3
       RETURNING key_id AS "keyId", public_key AS "publicKey"`,
      [gun, role, token],
    );
    return row;
  }

  /** One that waits elsewhere waits no longer: nobody is told of it any more, and who was told may still use it. */
  async retireElsewhere({ gun, role }: Owner, token: string | null): Promise<void> {
    await this.database.query(
      `UPDATE signer_key SET last_used_time = now()
       WHERE gun = $1 AND role = $2 AND last_used_time IS NULL AND token IS DISTINCT FROM $3`,
      [gun, role, token],
    );
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
  remove({ gun, keep, before, used }: SignerKeysRemoval): Promise<RemovedKey[]> {
    return this.database.query<RemovedKey>(
      `DELETE FROM signer_key WHERE gun = $1 AND NOT (key_id = ANY($2)) AND ${lastSign} < $3
       ${used ? 'AND last_used_time IS NOT NULL' : ''} RETURNING ${listed}, token, token_key_id AS "tokenKeyId"`,
      [gun, keep, before],
    );
  }

  /** Those that are sealed in their rows, in order of their ids, after that one. */
  async sealedPage(after: string, limit: number): Promise<SealedKey[]> {
    const page = await this.database.repository(SignerKey).find({
      where: { keyId: MoreThan(after), token: IsNull() },
      relations: { wrappingKey: true },
      order: { keyId: 'ASC' },
      take: limit,
    });
    return page.filter(isSealed);
  }

  async reseal({ keyId, sealedKey, wrappingKeyId }: Pick<SignerKey, 'keyId' | 'sealedKey' | 'wrappingKeyId'>) {
    await this.database.repository(SignerKey).update({ keyId }, { sealedKey, wrappingKeyId });
  }

  /** Any key that is sealed with that wrapping key. */
  async sample(wrappingKeyId: string): Promise<SealedKey | undefined> {
    const key = await this.database
      .repository(SignerKey)
      .findOne({ where: { wrappingKeyId }, relations: { wrappingKey: true } });
    return key && isSealed(key) ? key : undefined;
  }

  /** Of each token that keys live in, the newest of them. */
  async newestInTokens(): Promise<KeyInToken[]> {
    const keys = await this.database
      .repository(SignerKey)
      .createQueryBuilder('key')
      .distinctOn(['key.token'])
      .where({ token: Not(IsNull()) })
      .orderBy('key.token')
      .addOrderBy('key.creationTime', 'DESC')
      .getMany();
    return keys.filter(isInToken);
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
