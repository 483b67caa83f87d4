import type { Principal } from '@breakwater/access';
import { containsPattern, Database, SqlParameters } from '@breakwater/platform';
import { visibleProjects } from '@breakwater/projects';
import { Injectable } from '@nestjs/common';

export interface FoundRepository {
  projectId: number;
  projectName: string;
  projectPublic: boolean;
  repositoryName: string;
  pullCount: number;
  artifactCount: number;
}

const tables = 'FROM repository r JOIN project p ON p.id = r.project_id';

@Injectable()
export class RepositorySearchRepository {
  constructor(private readonly database: Database) {}

  /** Repositories of visible projects that have `text` in their name, whatever its case, in the order of their names. */
  find(principal: Principal, text: string, limit: number): Promise<FoundRepository[]> {
    const parameters = new SqlParameters();
    const where = ['r.first_push_time IS NOT NULL', visibleProjects(principal, parameters)];
    // Names of repositories have no upper case (distribution-spec "Pulling manifests").
    if (text !== '') where.push(`r.name LIKE ${parameters.add(containsPattern(text.toLowerCase()))}`);
    // Names are read from an index; all else of those that were found.
    const page = `SELECT r.id ${tables} WHERE ${where.join(' AND ')} ORDER BY r.name LIMIT ${parameters.add(limit)}`;
    return this.database.query<FoundRepository>(
      `SELECT r.project_id AS "projectId", p.name AS "projectName", p.public AS "projectPublic", r.name AS "repositoryName",
         r.pull_count AS "pullCount", r.artifact_count AS "artifactCount"
       ${tables} WHERE r.id IN (${page}) ORDER BY r.name`,
      parameters.values,
    );
  }
}
