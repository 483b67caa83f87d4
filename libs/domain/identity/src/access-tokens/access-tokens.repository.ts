import { Injectable } from '@nestjs/common';
import type { TokenGrant } from '@breakwater/access';
import { Changes } from '@breakwater/coherence';
import { countedPage, Database, SqlParameters, type ListOptions } from '@breakwater/platform';
import type { AccessToken } from './access-token.entity';

export type AccessTokenRow = Pick<
  AccessToken,
  'id' | 'name' | 'grants' | 'expiryTime' | 'lastUsedTime' | 'creationTime'
>;

export interface NewAccessToken {
  userId: number;
  name: string;
  tokenHash: string;
  grants: TokenGrant[] | undefined;
  expiryTime: Date | undefined;
}

const selected = `id, name, grants, expiry_time AS "expiryTime", last_used_time AS "lastUsedTime", creation_time AS "creationTime"`;

@Injectable()
export class AccessTokensRepository {
  constructor(
    private readonly database: Database,
    private readonly changes: Changes,
  ) {}

  /** Undefined when the user has `limit` of them already. */
  async insert(token: NewAccessToken, limit: number): Promise<AccessTokenRow | undefined> {
    const [row] = await this.database.query<AccessTokenRow>(
      `INSERT INTO access_token (user_id, name, token_hash, grants, expiry_time)
       SELECT $1, $2, $3, $4, $5 WHERE (SELECT count(*) FROM access_token WHERE user_id = $1) < $6 RETURNING ${selected}`,
      [
        token.userId,
        token.name,
        token.tokenHash,
        token.grants ? JSON.stringify(token.grants) : null,
        token.expiryTime ?? null,
        limit,
      ],
    );
    return row;
  }

  async find(userId: number, id: number): Promise<AccessTokenRow | undefined> {
    const [row] = await this.database.query<AccessTokenRow>(
      `SELECT ${selected} FROM access_token WHERE user_id = $1 AND id = $2`,
      [userId, id],
    );
    return row;
  }

  list(
    userId: number,
    paging: Pick<ListOptions, 'page' | 'pageSize'>,
  ): Promise<{ items: AccessTokenRow[]; total: number }> {
    const parameters = new SqlParameters();
    const from = `FROM access_token WHERE user_id = ${parameters.add(userId)}`;
    return countedPage(this.database, { columns: selected, from, order: 'name', parameters }, paging);
  }

  /** False when the user has no such token. What was issued for it stops counting at once. */
  async delete(userId: number, id: number): Promise<boolean> {
    const rows = await this.changes.around([`token:${id}`], () =>
      this.database.query('DELETE FROM access_token WHERE user_id = $1 AND id = $2 RETURNING id', [userId, id]),
    );
    return rows.length > 0;
  }
}
