import { Injectable } from '@nestjs/common';
import { Changes } from '@breakwater/coherence';
import { containsText, countedPage, Database, SqlParameters, type ListOptions } from '@breakwater/platform';
import type { NewGroup } from './group-rules';
import type { UserGroup } from './user-group.entity';

export type GroupRow = Pick<UserGroup, 'id' | 'groupName' | 'groupType' | 'ldapGroupDn'>;

export interface GroupFilter {
  /** A part of the name. */
  name?: string;
  ldapGroupDn?: string;
}

const selected = 'id, group_name AS "groupName", group_type::int AS "groupType", ldap_group_dn AS "ldapGroupDn"';

/** Rows of groups and of who is in them. */
@Injectable()
export class GroupsRepository {
  constructor(
    private readonly database: Database,
    private readonly changes: Changes,
  ) {}

  async find(id: number): Promise<GroupRow | undefined> {
    const [row] = await this.database.query<GroupRow>(`SELECT ${selected} FROM user_group WHERE id = $1`, [id]);
    return row;
  }

  /** By what tells groups of its type apart: the distinguished name, or the name. */
  async findSame({ groupType, groupName, ldapGroupDn }: NewGroup): Promise<number | undefined> {
    const [row] = await this.database.query<{ id: number }>(
      ldapGroupDn
        ? 'SELECT id FROM user_group WHERE ldap_group_dn = $1'
        : 'SELECT id FROM user_group WHERE group_name = $1 AND group_type = $2',
      ldapGroupDn ? [ldapGroupDn] : [groupName, groupType],
    );
    return row?.id;
  }

  list(
    { name, ldapGroupDn }: GroupFilter,
    paging: Pick<ListOptions, 'page' | 'pageSize'>,
  ): Promise<{ items: GroupRow[]; total: number }> {
    const parameters = new SqlParameters();
    const conditions = [
      ...(name ? [containsText('group_name', name, parameters)] : []),
      ...(ldapGroupDn ? [`ldap_group_dn = ${parameters.add(ldapGroupDn)}`] : []),
    ];
    const from = `FROM user_group WHERE ${conditions.join(' AND ') || 'true'}`;
    return countedPage(this.database, { columns: selected, from, order: 'group_name, id', parameters }, paging);
  }

  /** Undefined when its name or its distinguished name is taken. */
  async insert({ groupName, groupType, ldapGroupDn }: NewGroup): Promise<number | undefined> {
    const [row] = await this.database.query<{ id: number }>(
      'INSERT INTO user_group (group_name, group_type, ldap_group_dn) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id',
      [groupName, groupType, ldapGroupDn],
    );
    return row?.id;
  }

  /** False when there is no such group. */
  async rename(id: number, groupName: string): Promise<boolean> {
    const rows = await this.database.query(
      'UPDATE user_group SET group_name = $2, update_time = now() WHERE id = $1 RETURNING id',
      [id, groupName],
    );
    return rows.length > 0;
  }

  /** False when there was none. */
  async delete(id: number): Promise<boolean> {
    return (await this.database.query('DELETE FROM user_group WHERE id = $1 RETURNING id', [id])).length > 0;
  }

  /**
   * From now on the user is in these groups of that type, and in no other of it. Whoever left one, or is no
   * administrator any more, loses the tokens issued before. Answers whether anything changed.
   */
  replaceMemberships(userId: number, groupType: number, groups: readonly number[], admin: boolean): Promise<boolean> {
    return this.database.transaction(async () => {
      const [before] = await this.database.query<{ admin: boolean }>(
        'SELECT admin_in_auth AS admin FROM user_account WHERE id = $1 FOR UPDATE',
        [userId],
      );
      const left = await this.database.query(
        `DELETE FROM user_group_member m USING user_group g
         WHERE m.user_id = $1 AND g.id = m.group_id AND g.group_type = $2 AND m.group_id <> ALL($3::bigint[]) RETURNING m.group_id`,
        [userId, groupType, groups],
      );
      const joined = await this.database.query(
        `INSERT INTO user_group_member (user_id, group_id) SELECT $1, unnest($2::bigint[]) ON CONFLICT DO NOTHING RETURNING group_id`,
        [userId, groups],
      );
      const demoted = before?.admin === true && !admin;
      if (left.length + joined.length === 0 && before?.admin === admin) return false;
      await this.database.query(
        'UPDATE user_account SET admin_in_auth = $2, epoch = epoch + $3, update_time = now() WHERE id = $1',
        [userId, admin, left.length > 0 || demoted ? 1 : 0],
      );
      await this.changes.announce(`user:${userId}`);
      return true;
    });
  }
}
