import { Injectable } from '@nestjs/common';
import type { Principal } from '@breakwater/access';
import { Changes } from '@breakwater/coherence';
import {
  containsPattern,
  countedPage,
  Database,
  filterConditions,
  orderBy,
  SqlParameters,
  type ListColumns,
  type ListOptions,
} from '@breakwater/platform';
import { isMembershipOf } from './membership';
import { visibleProjects } from './project-visibility';
import { Project } from './project.entity';

/** A project as lists and single reads show it. */
export interface ProjectDetail {
  id: number;
  name: string;
  ownerId: number;
  ownerName: string | null;
  public: boolean;
  registryId: number | null;
  creationTime: Date;
  updateTime: Date;
  /** Without `public`, which is the project's own. */
  metadata: Record<string, string>;
  /** Ids of the roles that the asking user holds. */
  roles: number[];
  repositoryCount: number;
}

export interface ProjectListOptions extends ListOptions {
  /** Contained in the name. */
  name?: string;
  public?: boolean;
  /** The owner's user name. */
  owner?: string;
}

const columns: ListColumns = {
  project_id: { sql: 'p.id', type: 'number' },
  name: { sql: 'p.name', type: 'text' },
  owner_id: { sql: 'p.owner_id', type: 'number' },
  owner_name: { sql: 'u.username', type: 'text' },
  owner: { sql: 'u.username', type: 'text' },
  public: { sql: 'p.public', type: 'boolean' },
  creation_time: { sql: 'p.creation_time', type: 'time' },
  update_time: { sql: 'p.update_time', type: 'time' },
};

const from = 'FROM project p LEFT JOIN user_account u ON u.id = p.owner_id';

@Injectable()
export class ProjectsRepository {
  constructor(
    private readonly database: Database,
    private readonly changes: Changes,
  ) {}

  async insert(project: Pick<Project, 'name' | 'ownerId' | 'public'>): Promise<number> {
    const [row] = await this.database.query<{ id: number }>(
      'INSERT INTO project (name, owner_id, public) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING RETURNING id',
      [project.name, project.ownerId, project.public],
    );
    return row?.id ?? 0;
  }

  async findDetail(id: number, principal: Principal): Promise<ProjectDetail | undefined> {
    const parameters = new SqlParameters();
    const sql = `${detailSelect(principal, parameters)} WHERE p.id = ${parameters.add(id)}`;
    const [row] = await this.database.query<ProjectDetail>(sql, parameters.values);
    return row;
  }

  list(principal: Principal, options: ProjectListOptions): Promise<{ items: ProjectDetail[]; total: number }> {
    const parameters = new SqlParameters();
    const order = orderBy(columns, options.sorts, 'p.name', 'p.id');
    const where = listConditions(principal, options, parameters);
    const query = {
      columns: (added: SqlParameters) => detailColumns(principal, added),
      from: `${from} WHERE ${where}`,
      order,
      rows: { key: 'p.id', tables: from },
      parameters,
    };
    return countedPage(this.database, query, options);
  }

  /** Visible ones with `text` in their names, whatever its case, in the order of their names; not counted. */
  search(principal: Principal, text: string, limit: number): Promise<ProjectDetail[]> {
    const parameters = new SqlParameters();
    const select = detailSelect(principal, parameters);
    const where = `${visibleProjects(principal, parameters)} AND p.name LIKE ${parameters.add(containsPattern(text.toLowerCase()))}`;
    const page = `SELECT p.id FROM project p WHERE ${where} ORDER BY p.name LIMIT ${parameters.add(limit)}`;
    return this.database.query<ProjectDetail>(`${select} WHERE p.id IN (${page}) ORDER BY p.name`, parameters.values);
  }

  async exists(name: string): Promise<boolean> {
    return this.database.repository(Project).existsBy({ name });
  }

  async findId(name: string): Promise<number | undefined> {
    return (await this.database.repository(Project).findOne({ select: { id: true }, where: { name } }))?.id;
  }

  /** Holds the row until the transaction ends; answers whether anyone may pull. */
  async lock(id: number): Promise<{ public: boolean } | undefined> {
    const [row] = await this.database.query<{ public: boolean }>(
      'SELECT public FROM project WHERE id = $1 FOR UPDATE',
      [id],
    );
    return row;
  }

  /** Going private takes rights away, so tokens issued before stop counting (decision 17). */
  async setPublic(id: number, isPublic: boolean): Promise<void> {
    await this.changes.around([`project:${id}`], () =>
      this.database.query(
        'UPDATE project SET public = $2, epoch = epoch + CASE WHEN public AND NOT $2 THEN 1 ELSE 0 END, update_time = now() WHERE id = $1',
        [id, isPublic],
      ),
    );
  }

  async raiseEpoch(id: number): Promise<void> {
    await this.changes.around([`project:${id}`], () =>
      this.database.query('UPDATE project SET epoch = epoch + 1 WHERE id = $1', [id]),
    );
  }

  async delete(id: number): Promise<void> {
    await this.changes.around([`project:${id}`], () => this.database.repository(Project).delete(id));
  }

  async metadata(projectId: number): Promise<Map<string, string>> {
    const rows = await this.database.query<{ name: string; value: string }>(
      'SELECT name, value FROM project_metadata WHERE project_id = $1 ORDER BY name',
      [projectId],
    );
    return new Map(rows.map(({ name, value }) => [name, value]));
  }

  /** Without a lock, in one query. */
  async publicAndMetadata(id: number): Promise<Pick<ProjectDetail, 'public' | 'metadata'> | undefined> {
    const [row] = await this.database.query<Pick<ProjectDetail, 'public' | 'metadata'>>(
      `SELECT p.public, (SELECT coalesce(jsonb_object_agg(d.name, d.value), '{}') FROM project_metadata d WHERE d.project_id = p.id) AS metadata
       FROM project p WHERE p.id = $1`,
      [id],
    );
    return row;
  }

  async setMetadata(projectId: number, metadata: ReadonlyMap<string, string>): Promise<void> {
    if (metadata.size === 0) return;
    await this.database.query(
      `INSERT INTO project_metadata (project_id, name, value) SELECT $1, unnest($2::text[]), unnest($3::text[])
       ON CONFLICT (project_id, name) DO UPDATE SET value = excluded.value`,
      [projectId, [...metadata.keys()], [...metadata.values()]],
    );
  }

  async deleteMetadata(projectId: number, name: string): Promise<void> {
    await this.changes.around([`project:${projectId}`], () =>
      this.database.query('DELETE FROM project_metadata WHERE project_id = $1 AND name = $2', [projectId, name]),
    );
  }

  /** True before the first project was ever made, even when all were deleted since. */
  async isFirstStart(): Promise<boolean> {
    const [row] = await this.database.query<{ never: boolean }>(
      `SELECT pg_sequence_last_value(pg_get_serial_sequence('project', 'id')::regclass) IS NULL AS never`,
    );
    return row?.never ?? false;
  }

  /** Who owns what robots and the platform create. */
  async firstAdministrator(): Promise<number | undefined> {
    const [row] = await this.database.query<{ id: number }>(
      'SELECT id FROM user_account WHERE sysadmin AND NOT deleted ORDER BY id LIMIT 1',
    );
    return row?.id;
  }
}

function detailSelect(principal: Principal, parameters: SqlParameters): string {
  return `SELECT ${detailColumns(principal, parameters)} ${from}`;
}

function detailColumns(principal: Principal, parameters: SqlParameters): string {
  const user = parameters.add(principal.kind === 'user' ? principal.id : 0);
  return `p.id, p.name, p.owner_id AS "ownerId", u.username AS "ownerName", p.public, p.registry_id AS "registryId",
      p.creation_time AS "creationTime", p.update_time AS "updateTime",
      (SELECT coalesce(jsonb_object_agg(d.name, d.value), '{}') FROM project_metadata d WHERE d.project_id = p.id) AS metadata,
      ARRAY(SELECT DISTINCT m.role_id::int FROM project_member m WHERE m.project_id = p.id AND ${isMembershipOf(user)} ORDER BY 1) AS roles,
      (SELECT count(*)::int FROM repository r WHERE r.project_id = p.id AND r.first_push_time IS NOT NULL) AS "repositoryCount"`;
}

function listConditions(principal: Principal, options: ProjectListOptions, parameters: SqlParameters): string {
  const conditions = [
    visibleProjects(principal, parameters),
    ...filterConditions(columns, options.filters, parameters),
  ];
  if (options.name) conditions.push(`p.name LIKE ${parameters.add(containsPattern(options.name))}`);
  if (options.public !== undefined) conditions.push(`p.public = ${parameters.add(options.public)}`);
  if (options.owner) conditions.push(`u.username = ${parameters.add(options.owner)}`);
  return conditions.join(' AND ');
}
