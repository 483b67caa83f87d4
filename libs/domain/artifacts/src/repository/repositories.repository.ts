import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';

export interface RepositoryRow {
  id: number;
  projectId: number;
  name: string;
}

const columns = 'id, project_id AS "projectId", name';

@Injectable()
export class RepositoriesRepository {
  constructor(private readonly database: Database) {}

  async find(name: string): Promise<RepositoryRow | undefined> {
    const [row] = await this.database.query<RepositoryRow>(`SELECT ${columns} FROM repository WHERE name = $1`, [name]);
    return row;
  }

  /** The repository, made when it is not there yet; it stays unlisted until `markPushed`. */
  async ensure(projectId: number, name: string): Promise<RepositoryRow> {
    // Locked, so that it is still there when the transaction refers to it.
    const [found] = await this.database.prepared<RepositoryRow>(
      `SELECT ${columns} FROM repository WHERE name = $1 FOR KEY SHARE`,
      [name],
    );
    if (found) return found;
    // DO UPDATE so that a row made by somebody else at this moment is returned as well.
    const [row] = await this.database.prepared<RepositoryRow>(
      `INSERT INTO repository (project_id, name) VALUES ($1, $2)
       ON CONFLICT (name) DO UPDATE SET name = EXCLUDED.name RETURNING ${columns}`,
      [projectId, name],
    );
    return row as RepositoryRow;
  }

  /** Lists the repository from now on, and notes the push. */
  async markPushed(id: number): Promise<void> {
    await this.database.prepared(
      'UPDATE repository SET first_push_time = coalesce(first_push_time, now()), update_time = now() WHERE id = $1',
      [id],
    );
  }

  /** Any repository of the project, whether lists show it or not. */
  async anyOf(projectId: number): Promise<RepositoryRow | undefined> {
    const [row] = await this.database.query<RepositoryRow>(
      `SELECT ${columns} FROM repository WHERE project_id = $1 ORDER BY name LIMIT 1`,
      [projectId],
    );
    return row;
  }

  allOf(projectId: number): Promise<RepositoryRow[]> {
    return this.database.query(`SELECT ${columns} FROM repository WHERE project_id = $1 ORDER BY name`, [projectId]);
  }

  /** Names of listed repositories in ASCII order, after `last`. */
  async names(page: { limit: number; last?: string }): Promise<string[]> {
    const rows = await this.database.query<{ name: string }>(
      'SELECT name FROM repository WHERE first_push_time IS NOT NULL AND name > $1 ORDER BY name LIMIT $2',
      [page.last ?? '', page.limit],
    );
    return rows.map(({ name }) => name);
  }

  /** Locks the row so that what is in it cannot change until the transaction ends. */
  async lock(id: number): Promise<void> {
    await this.database.query('SELECT 1 FROM repository WHERE id = $1 FOR UPDATE', [id]);
  }

  /** Artifacts, tags and links go with it. */
  async delete(id: number): Promise<void> {
    // First, for Postgres goes through artifacts in no order that we choose, and refuses one that an index still lists.
    await this.database.query(
      'DELETE FROM artifact_reference f USING artifact a WHERE a.id = f.parent_id AND a.repository_id = $1',
      [id],
    );
    await this.database.query('DELETE FROM repository WHERE id = $1', [id]);
  }
}
