import type { Principal } from '@breakwater/access';
import { Database, SqlParameters } from '@breakwater/platform';
import { ownProjects } from '@breakwater/projects';
import { Injectable } from '@nestjs/common';

export interface Statistics {
  publicProjects: number;
  privateProjects: number;
  publicRepositories: number;
  privateRepositories: number;
  /** Bytes that all projects use; private ones count only for those who see everything. */
  storage: number;
}

@Injectable()
export class StatisticsRepository {
  constructor(private readonly database: Database) {}

  /** Public projects, and the private ones that the principal has a part in; `everything`: all of them. */
  async count(principal: Principal, everything: boolean): Promise<Statistics> {
    const parameters = new SqlParameters();
    const where = everything ? 'true' : `(p.public OR ${ownProjects(principal, parameters)})`;
    const [row] = await this.database.query<Statistics>(
      `WITH counted AS (
         SELECT p.public, q.used, r.repositories FROM project p LEFT JOIN quota q ON q.project_id = p.id
         LEFT JOIN (SELECT project_id, count(*) AS repositories FROM repository WHERE first_push_time IS NOT NULL GROUP BY 1) r
                ON r.project_id = p.id
         WHERE ${where})
       SELECT count(*) FILTER (WHERE public)::int AS "publicProjects", count(*) FILTER (WHERE NOT public)::int AS "privateProjects",
         coalesce(sum(repositories) FILTER (WHERE public), 0)::int AS "publicRepositories",
         coalesce(sum(repositories) FILTER (WHERE NOT public), 0)::int AS "privateRepositories",
         coalesce(sum(used), 0)::bigint AS storage
       FROM counted`,
      parameters.values,
    );
    return row ?? { publicProjects: 0, privateProjects: 0, publicRepositories: 0, privateRepositories: 0, storage: 0 };
  }
}
