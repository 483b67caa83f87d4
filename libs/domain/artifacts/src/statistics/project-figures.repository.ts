import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';

/** What monitoring shows of a project. Bytes are those of its quota; `limit` -1: unlimited. */
export interface ProjectFigures {
  name: string;
  public: boolean;
  used: number;
  limit: number;
  repositories: number;
  pulls: number;
  members: number;
}

export interface ArtifactFigures {
  project: string;
  public: boolean;
  type: string;
  artifacts: number;
}

/** Figures of all projects at once, for monitoring. */
@Injectable()
export class ProjectFiguresRepository {
  constructor(private readonly database: Database) {}

  /** Reads projects, quotas, repositories and members once each. */
  projects(): Promise<ProjectFigures[]> {
    return this.database.query(
      `SELECT p.name, p.public, coalesce(q.used, 0)::bigint AS used, coalesce(q.hard, -1)::bigint AS "limit",
              coalesce(r.repositories, 0)::int AS repositories, coalesce(r.pulls, 0)::bigint AS pulls, coalesce(m.members, 0)::int AS members
       FROM project p LEFT JOIN quota q ON q.project_id = p.id
       LEFT JOIN (SELECT project_id, count(*) FILTER (WHERE first_push_time IS NOT NULL) AS repositories, sum(pull_count) AS pulls
                  FROM repository GROUP BY project_id) r ON r.project_id = p.id
       LEFT JOIN (SELECT project_id, count(*) AS members FROM project_member GROUP BY project_id) m ON m.project_id = p.id
       ORDER BY p.name`,
    );
  }

  /** Reads every artifact: not for every scrape. */
  artifacts(): Promise<ArtifactFigures[]> {
    return this.database.query(
      `SELECT p.name AS project, p.public, a.type, a.artifacts
       FROM (SELECT project_id, type, count(*)::int AS artifacts FROM artifact GROUP BY project_id, type) a
       JOIN project p ON p.id = a.project_id ORDER BY p.name, a.type`,
    );
  }
}
