import { Injectable } from '@nestjs/common';
import { Changes } from '@breakwater/coherence';
import {
  containsText,
  countedPage,
  Database,
  filterConditions,
  orderBy,
  RecentTotals,
  SqlParameters,
  type ListColumns,
  type ListOptions,
} from '@breakwater/platform';
import { User } from './user.entity';
import type { UserProfile } from './user-rules';

const columns: ListColumns = {
  user_id: { sql: 'id', type: 'number' },
  username: { sql: 'username', type: 'text' },
  email: { sql: 'email', type: 'text' },
  realname: { sql: 'realname', type: 'text' },
  comment: { sql: 'comment', type: 'text' },
  sysadmin_flag: { sql: 'sysadmin', type: 'boolean' },
  creation_time: { sql: 'creation_time', type: 'time' },
  update_time: { sql: 'update_time', type: 'time' },
};

const selected = `id, username, email, realname, comment, sysadmin, admin_in_auth AS "adminInAuth", epoch, creation_time AS "creationTime", update_time AS "updateTime"`;

export type UserRow = Omit<User, 'passwordHash' | 'passwordEpoch' | 'deleted'>;

export interface NewUser extends UserProfile {
  username: string;
  passwordHash: string;
  sysadmin: boolean;
}

/** Rows of people. Deleted ones are not found by any of these. */
@Injectable()
export class UsersRepository {
  private readonly totals = new RecentTotals();

  constructor(
    private readonly database: Database,
    private readonly changes: Changes,
  ) {}

  async find(id: number): Promise<UserRow | undefined> {
    const [row] = await this.database.query<UserRow>(
      `SELECT ${selected} FROM user_account WHERE id = $1 AND NOT deleted`,
      [id],
    );
    return row;
  }

  async findByName(username: string): Promise<UserRow | undefined> {
    const [row] = await this.database.query<UserRow>(
      `SELECT ${selected} FROM user_account WHERE username = $1 AND NOT deleted`,
      [username],
    );
    return row;
  }

  async passwordHash(id: number): Promise<string | undefined> {
    const [row] = await this.database.query<{ hash: string }>(
      'SELECT password_hash AS hash FROM user_account WHERE id = $1 AND NOT deleted',
      [id],
    );
    return row?.hash;
  }

  list(options: ListOptions): Promise<{ items: UserRow[]; total: number }> {
    const parameters = new SqlParameters();
    const conditions = filterConditions(columns, options.filters, parameters);
    return this.page(conditions, orderBy(columns, options.sorts, 'username, id', 'id'), parameters, options);
  }

  search(part: string, paging: Pick<ListOptions, 'page' | 'pageSize'>): Promise<{ items: UserRow[]; total: number }> {
    const parameters = new SqlParameters();
    return this.page([containsText('username', part, parameters)], 'username, id', parameters, paging);
  }

  private page(
    conditions: string[],
    order: string,
    parameters: SqlParameters,
    paging: Pick<ListOptions, 'page' | 'pageSize'>,
  ): Promise<{ items: UserRow[]; total: number }> {
    const where = ['NOT deleted', ...conditions].join(' AND ');
    const from = `FROM user_account WHERE ${where}`;
    const rows = { key: 'id', tables: 'FROM user_account' };
    const query = { columns: selected, from, order, rows, countAlong: 'username, id', parameters };
    return countedPage(this.database, query, paging, this.totals);
  }

  /** Whether nobody, deleted or not, has this name or this address. */
  async isFree(by: 'username' | 'email', value: string): Promise<boolean> {
    return (await this.database.query(`SELECT FROM user_account WHERE ${by} = $1`, [value])).length === 0;
  }

  async isEmpty(): Promise<boolean> {
    return (await this.database.query('SELECT 1 FROM user_account LIMIT 1')).length === 0;
  }

  async insert(user: NewUser): Promise<number> {
    const sql = `INSERT INTO user_account (username, email, realname, comment, password_hash, sysadmin) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`;
    const [row] = await this.database.query<{ id: number }>(sql, [
      user.username,
      user.email,
      user.realname,
      user.comment,
      user.passwordHash,
      user.sysadmin,
    ]);
    return row?.id ?? 0;
  }

  async updateProfile(id: number, { email, realname, comment }: UserProfile): Promise<void> {
    await this.database.query(
      'UPDATE user_account SET email = $2, realname = $3, comment = $4, update_time = now() WHERE id = $1',
      [id, email, realname, comment],
    );
  }

  async updatePassword(id: number, passwordHash: string): Promise<void> {
    await this.changes.around([`user:${id}`], () =>
      this.database.query(
        'UPDATE user_account SET password_hash = $2, epoch = epoch + 1, password_epoch = password_epoch + 1, update_time = now() WHERE id = $1',
        [id, passwordHash],
      ),
    );
  }

  /** Tokens issued before stop counting. */
  async raiseEpoch(id: number): Promise<void> {
    await this.changes.around([`user:${id}`], () =>
      this.database.query('UPDATE user_account SET epoch = epoch + 1 WHERE id = $1', [id]),
    );
  }

  async updateSysadmin(id: number, sysadmin: boolean): Promise<void> {
    await this.changes.around([`user:${id}`], () =>
      this.database.query(
        'UPDATE user_account SET sysadmin = $2, epoch = epoch + 1, update_time = now() WHERE id = $1 AND sysadmin <> $2',
        [id, sysadmin],
      ),
    );
  }

  /** Locks the administrators' rows until the transaction ends, so that two of them cannot demote each other. */
  async lockAdministrators(): Promise<number[]> {
    const rows = await this.database.query<{ id: number }>(
      'SELECT id FROM user_account WHERE sysadmin AND NOT deleted ORDER BY id FOR UPDATE',
    );
    return rows.map(({ id }) => id);
  }

  /** The name and the address become free; histories and logs keep the row. */
  async softDelete(id: number): Promise<void> {
    await this.changes.around([`user:${id}`], () =>
      this.database.query(
        `UPDATE user_account SET username = left(username, 230) || '#' || id, email = left(email, 230) || '#' || id, sysadmin = false, deleted = true,
              admin_in_auth = false, epoch = epoch + 1, password_epoch = password_epoch + 1, update_time = now()
       WHERE id = $1`,
        [id],
      ),
    );
  }
}
