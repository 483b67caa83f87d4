import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { entityName, membersFrom } from './members.repository';

export interface ProjectCounts {
  repositories: number;
  /** Bytes, `hard` -1 for unlimited; null: the project has no quota. */
  quota: { hard: number; used: number } | null;
  /** Members, users and groups that are there, by the id of their role, as text. */
  members: Record<string, number>;
}

@Injectable()
export class ProjectSummaryRepository {
  constructor(private readonly database: Database) {}

  /** Undefined when there is no such project. */
  async count(projectId: number): Promise<ProjectCounts | undefined> {
    const [row] = await this.database.query<ProjectCounts>(
      `SELECT (SELECT count(*)::int FROM repository r WHERE r.project_id = p.id AND r.first_push_time IS NOT NULL) AS repositories,
         (SELECT jsonb_build_object('hard', q.hard, 'used', q.used) FROM quota q WHERE q.project_id = p.id) AS quota,
         (SELECT coalesce(jsonb_object_agg(m.role_id, m.members), '{}')
          FROM (SELECT m.role_id, count(*) AS members ${membersFrom}
                WHERE m.project_id = p.id AND ${entityName} IS NOT NULL GROUP BY m.role_id) m) AS members
       FROM project p WHERE p.id = $1`,
      [projectId],
    );
    return row;
  }
}
