import { Injectable } from '@nestjs/common';
import { roleIds } from '@breakwater/access';
import { Changes, type Scope } from '@breakwater/coherence';
import { containsText, countedPage, Database, SqlParameters } from '@breakwater/platform';
import { isMembershipOf } from './membership';
import { ProjectMember } from './project-member.entity';

export interface Member {
  id: number;
  projectId: number;
  entityId: number;
  entityType: 'u' | 'g';
  entityName: string;
  roleId: number;
}

/** On `membersFrom`. */
export const entityName = 'coalesce(u.username, g.group_name)';
const columns = `m.id, m.project_id AS "projectId", m.entity_id AS "entityId", m.entity_type AS "entityType", ${entityName} AS "entityName", m.role_id::int AS "roleId"`;
/** Members of projects, `m`: `entityName` is null for a user who was deleted. */
export const membersFrom = `FROM project_member m
  LEFT JOIN user_account u ON m.entity_type = 'u' AND u.id = m.entity_id AND NOT u.deleted
  LEFT JOIN user_group g ON m.entity_type = 'g' AND g.id = m.entity_id`;

@Injectable()
export class MembersRepository {
  constructor(
    private readonly database: Database,
    private readonly changes: Changes,
  ) {}

  /** Answers the new row's id, or undefined when the entity is a member already. */
  async insert(
    member: Pick<ProjectMember, 'projectId' | 'entityType' | 'entityId' | 'roleId'>,
  ): Promise<number | undefined> {
    const [row] = await this.changes.around([`project:${member.projectId}`], () =>
      this.database.query<{ id: number }>(
        `INSERT INTO project_member (project_id, entity_type, entity_id, role_id) VALUES ($1, $2, $3, $4)
         ON CONFLICT (project_id, entity_type, entity_id) DO NOTHING RETURNING id`,
        [member.projectId, member.entityType, member.entityId, member.roleId],
      ),
    );
    return row?.id;
  }

  list(
    projectId: number,
    options: { entityName?: string; page: number; pageSize: number },
  ): Promise<{ items: Member[]; total: number }> {
    const parameters = new SqlParameters();
    const where = `WHERE m.project_id = ${parameters.add(projectId)} AND ${containsText(entityName, options.entityName ?? '', parameters)}`;
    const query = { columns, from: `${membersFrom} ${where}`, order: `${entityName}, m.id`, parameters };
    return countedPage(this.database, query, options);
  }

  async find(projectId: number, id: number): Promise<Member | undefined> {
    const [row] = await this.database.query<Member>(
      `SELECT ${columns} ${membersFrom} WHERE m.project_id = $1 AND m.id = $2 AND ${entityName} IS NOT NULL`,
      [projectId, id],
    );
    return row;
  }

  /** Whether the user is project administrator of any project. */
  async isAdminSomewhere(userId: number): Promise<boolean> {
    const rows = await this.database.query(
      `SELECT FROM project_member m WHERE ${isMembershipOf('$1')} AND m.role_id = $2 LIMIT 1`,
      [userId, roleIds.projectAdmin],
    );
    return rows.length > 0;
  }

  async setRole({ id, projectId }: Pick<Member, 'id' | 'projectId'>, roleId: number): Promise<void> {
    await this.changes.around([`project:${projectId}`], () =>
      this.database.repository(ProjectMember).update(id, { roleId }),
    );
  }

  async delete({ id, projectId }: Pick<Member, 'id' | 'projectId'>): Promise<void> {
    await this.changes.around([`project:${projectId}`], () => this.database.repository(ProjectMember).delete(id));
  }

  /** Takes a group out of every project; who was in through it loses what it gave at once. Call in a transaction. */
  async deleteGroup(groupId: number): Promise<void> {
    const projects = await this.database.query<{ id: number }>(
      `WITH gone AS (DELETE FROM project_member WHERE entity_type = 'g' AND entity_id = $1 RETURNING project_id)
       UPDATE project SET epoch = epoch + 1 WHERE id IN (SELECT project_id FROM gone) RETURNING id`,
      [groupId],
    );
    if (projects.length > 0) await this.changes.announce(...projects.map(({ id }): Scope => `project:${id}`));
  }

  /** The account of that id or name, when it is there and not deleted. */
  async findUser(by: { id: number } | { username: string }): Promise<number | undefined> {
    const [column, value] = 'id' in by ? ['id', by.id] : ['username', by.username];
    const [row] = await this.database.query<{ id: number }>(
      `SELECT id FROM user_account WHERE ${column} = $1 AND NOT deleted`,
      [value],
    );
    return row?.id;
  }
}
