import type { Principal } from '@breakwater/access';
import {
  countedPage,
  Database,
  filterConditions,
  orderBy,
  RecentTotals,
  SqlParameters,
  type ListColumns,
  type ListOptions,
} from '@breakwater/platform';
import { visibleProjects } from '@breakwater/projects';
import { Injectable } from '@nestjs/common';

/** A repository as lists and single reads show it. */
export interface RepositoryDetail {
  id: number;
  projectId: number;
  name: string;
  description: string;
  artifactCount: number;
  pullCount: number;
  creationTime: Date;
  updateTime: Date;
}

const columns: ListColumns = {
  repository_id: { sql: 'r.id', type: 'number' },
  id: { sql: 'r.id', type: 'number' },
  project_id: { sql: 'r.project_id', type: 'number' },
  name: { sql: 'r.name', type: 'text' },
  description: { sql: 'r.description', type: 'text' },
  pull_count: { sql: 'r.pull_count', type: 'number' },
  creation_time: { sql: 'r.creation_time', type: 'time' },
  update_time: { sql: 'r.update_time', type: 'time' },
};

const shown = `r.id, r.project_id AS "projectId", r.name, r.description, r.pull_count AS "pullCount",
    r.creation_time AS "creationTime", r.update_time AS "updateTime", r.artifact_count AS "artifactCount"`;
const tables = 'FROM repository r';

/** Reads of repositories for the management API. One that holds blobs only is not there yet. */
@Injectable()
export class RepositoryListRepository {
  private readonly totals = new RecentTotals();

  constructor(private readonly database: Database) {}

  async find(name: string): Promise<RepositoryDetail | undefined> {
    const [row] = await this.database.query<RepositoryDetail>(
      `SELECT ${shown} ${tables} WHERE r.name = $1 AND r.first_push_time IS NOT NULL`,
      [name],
    );
    return row;
  }

  /** Its id, and how many artifacts of it are listed. */
  async sizeOf(name: string): Promise<{ id: number; artifactCount: number } | undefined> {
    const [row] = await this.database.query<{ id: number; artifactCount: number }>(
      'SELECT id, artifact_count AS "artifactCount" FROM repository WHERE name = $1 AND first_push_time IS NOT NULL',
      [name],
    );
    return row;
  }

  /** The repositories of one project, or of every project that the principal sees. */
  list(
    scope: { projectId: number } | { principal: Principal },
    options: ListOptions,
  ): Promise<{ items: RepositoryDetail[]; total: number }> {
    const parameters = new SqlParameters();
    const where = [
      'r.first_push_time IS NOT NULL',
      scopeCondition(scope, parameters),
      ...filterConditions(columns, options.filters, parameters),
    ].join(' AND ');
    const order = orderBy(columns, options.sorts, 'r.name', 'r.id');
    const query = {
      columns: shown,
      from: `${tables} WHERE ${where}`,
      order,
      rows: { key: 'r.id', tables },
      parameters,
    };
    return countedPage(this.database, query, options, this.totals);
  }

  async setDescription(id: number, description: string): Promise<void> {
    await this.database.query('UPDATE repository SET description = $2, update_time = now() WHERE id = $1', [
      id,
      description,
    ]);
  }

  /** Whether the project has a repository that lists show. */
  async anyOf(projectId: number): Promise<boolean> {
    const [row] = await this.database.query<{ found: boolean }>(
      'SELECT EXISTS (SELECT FROM repository WHERE project_id = $1 AND first_push_time IS NOT NULL) AS found',
      [projectId],
    );
    return row?.found ?? false;
  }

  /** Those that hold blobs only. */
  async deleteUnlisted(projectId: number): Promise<void> {
    await this.database.query('DELETE FROM repository WHERE project_id = $1 AND first_push_time IS NULL', [projectId]);
  }
}

function scopeCondition(scope: { projectId: number } | { principal: Principal }, parameters: SqlParameters): string {
  if ('projectId' in scope) return `r.project_id = ${parameters.add(scope.projectId)}`;
  return `EXISTS (SELECT FROM project p WHERE p.id = r.project_id AND ${visibleProjects(scope.principal, parameters)})`;
}
