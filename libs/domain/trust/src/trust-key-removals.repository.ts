import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { TrustKeyRemoval } from './trust-key-removal.entity';

export type KeyRemoval = Pick<TrustKeyRemoval, 'gun' | 'deletionTime'>;

@Injectable()
export class TrustKeyRemovalsRepository {
  constructor(private readonly database: Database) {}

  /** In the transaction of the deletion, under the GUN's lock: what is made from now on stays. */
  async add(guns: readonly string[]): Promise<void> {
    await this.database.query(
      `INSERT INTO trust_key_removal (gun, deletion_time) SELECT gun, clock_timestamp() FROM unnest($1::text[]) AS gun
       ON CONFLICT (gun) DO UPDATE SET deletion_time = excluded.deletion_time`,
      [guns],
    );
  }

  /** Oldest first, after that one. */
  page(after: KeyRemoval | undefined, limit: number): Promise<KeyRemoval[]> {
    return this.database.query<KeyRemoval>(
      `SELECT gun, deletion_time AS "deletionTime" FROM trust_key_removal
       WHERE $1::timestamptz IS NULL OR (deletion_time, gun) > ($1, $2) ORDER BY deletion_time, gun LIMIT $3`,
      [after?.deletionTime ?? null, after?.gun ?? '', limit],
    );
  }

  /** Under the GUN's lock. Undefined: somebody else was faster. */
  async find(gun: string): Promise<KeyRemoval | undefined> {
    const [row] = await this.database.query<KeyRemoval>(
      'SELECT gun, deletion_time AS "deletionTime" FROM trust_key_removal WHERE gun = $1',
      [gun],
    );
    return row;
  }

  async done(gun: string): Promise<void> {
    await this.database.query('DELETE FROM trust_key_removal WHERE gun = $1', [gun]);
  }
}
