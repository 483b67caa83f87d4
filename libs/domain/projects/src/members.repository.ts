import { Injectable } from '@nestjs/common';
import { roleIds } from '@breakwater/access';
import { Changes } from '@breakwater/coherence';
import { containsPattern, Database, limitOffset, SqlParameters } from '@breakwater/platform';
import { ProjectMember } from './project-member.entity';

export interface Member {
  id: number;
  projectId: number;
  entityId: number;
  entityType: 'u' | 'g';
  entityName: string;
  roleId: number;
}

const select = `
  SELECT m.id, m.project_id AS "projectId", m.entity_id AS "entityId", m.entity_type AS "entityType", u.username AS "entityName", m.role_id::int AS "roleId"`;
const from = `FROM project_member m JOIN user_account u ON m.entity_type = 'u' AND u.id = m.entity_id AND NOT u.deleted`;

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

  async list(
    projectId: number,
    options: { entityName?: string; page: number; pageSize: number },
  ): Promise<{ items: Member[]; total: number }> {
    const parameters = new SqlParameters();
    const where = `WHERE m.project_id = ${parameters.add(projectId)} AND u.username ILIKE ${parameters.add(containsPattern(options.entityName ?? ''))}`;
    const counted = [...parameters.values];
    const sql = `${select} ${from} ${where} ORDER BY u.username, m.id ${limitOffset(options, parameters)}`;
    const [items, [count]] = await Promise.all([
      this.database.query<Member>(sql, parameters.values),
      this.database.query<{ total: number }>(`SELECT count(*)::int AS total ${from} ${where}`, counted),
    ]);
    return { items, total: count?.total ?? 0 };
  }

  async find(projectId: number, id: number): Promise<Member | undefined> {
    const [row] = await this.database.query<Member>(`${select} ${from} WHERE m.project_id = $1 AND m.id = $2`, [
      projectId,
      id,
    ]);
    return row;
  }

  /** Whether the user is project administrator of any project. */
  async isAdminSomewhere(userId: number): Promise<boolean> {
    const rows = await this.database.query(
      `SELECT 1 FROM project_member WHERE entity_type = 'u' AND entity_id = $1 AND role_id = $2 LIMIT 1`,
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
