import {
  countedPage,
  Database,
  orderBy,
  filterConditions,
  SqlParameters,
  type ListColumns,
  type ListOptions,
} from '@breakwater/platform';
import { Injectable } from '@nestjs/common';

/** Bytes of distinct blobs and manifests, and how many of them nothing else needs. */
export interface ContentBytes {
  bytes: number;
  uniqueBytes: number;
}

export interface ProjectBytes extends ContentBytes {
  /** Only needed by deleted artifacts, until they are purged. */
  deletedBytes: number;
}

export interface RepositoryBytes extends ContentBytes {
  repositoryId: number;
  repositoryName: string;
  artifactCount: number;
  tagCount: number;
}

const columns: ListColumns = {
  repository_id: { sql: 'r.id', type: 'number' },
  repository_name: { sql: 'r.name', type: 'text' },
  artifact_count: { sql: 'r.artifact_count', type: 'number' },
  tag_count: { sql: 'r.tag_count', type: 'number' },
  bytes: { sql: 'r.total_bytes', type: 'number' },
  unique_bytes: { sql: 'r.unique_bytes', type: 'number' },
  shared_bytes: { sql: '(r.total_bytes - r.unique_bytes)', type: 'number' },
};

const figures = 'r.total_bytes AS bytes, r.unique_bytes AS "uniqueBytes"';

/** Who needs which bytes (ADR 0029). What is deleted and can be restored counts only where it is named. */
@Injectable()
export class ContentBytesRepository {
  constructor(private readonly database: Database) {}

  /** Unique is what one repository alone needs; the quota counts `bytes` and `deletedBytes`. */
  async ofProject(projectId: number): Promise<ProjectBytes> {
    const [row] = await this.database.query<ProjectBytes>(
      `SELECT coalesce(c.bytes, 0)::bigint AS bytes, greatest(coalesce(q.used, 0) - coalesce(c.bytes, 0), 0)::bigint AS "deletedBytes",
         (SELECT coalesce(sum(r.unique_bytes), 0)::bigint FROM repository r WHERE r.project_id = p.id) AS "uniqueBytes"
       FROM project p LEFT JOIN quota q ON q.project_id = p.id LEFT JOIN project_content c ON c.project_id = p.id WHERE p.id = $1`,
      [projectId],
    );
    return row ?? { bytes: 0, uniqueBytes: 0, deletedBytes: 0 };
  }

  /** Of each repository of the project; the largest first. */
  ofRepositories(projectId: number, options: ListOptions): Promise<{ items: RepositoryBytes[]; total: number }> {
    const parameters = new SqlParameters();
    const where = [
      `r.project_id = ${parameters.add(projectId)}`,
      'r.first_push_time IS NOT NULL',
      ...filterConditions(columns, options.filters, parameters),
    ].join(' AND ');
    const query = {
      columns: `r.id AS "repositoryId", r.name AS "repositoryName", r.artifact_count AS "artifactCount", r.tag_count AS "tagCount", ${figures}`,
      from: `FROM repository r WHERE ${where}`,
      order: orderBy(columns, options.sorts, 'r.total_bytes DESC, r.id', 'r.id'),
      parameters,
    };
    return countedPage(this.database, query, options);
  }

  /** Unique is what no other repository of the project needs. */
  async ofRepository(name: string): Promise<ContentBytes | undefined> {
    const [row] = await this.database.query<ContentBytes>(
      `SELECT ${figures} FROM repository r WHERE r.name = $1 AND r.first_push_time IS NOT NULL`,
      [name],
    );
    return row;
  }

  /** With the children of an index, theirs too. Unique is what no artifact of the project besides these needs. */
  async ofArtifact(id: number): Promise<ContentBytes> {
    const [row] = await this.database.query<ContentBytes>(
      `WITH RECURSIVE part AS (
         SELECT $1::bigint AS id UNION SELECT f.child_id FROM part p JOIN artifact_reference f ON f.parent_id = p.id),
       item AS (
         SELECT (SELECT b.size FROM blob b WHERE b.id = n.blob_id) AS size, u.artifacts > n.parts OR EXISTS (
             SELECT FROM repository_content o WHERE o.project_id = u.project_id AND o.blob_id = u.blob_id AND o.repository_id <> u.repository_id) AS shared
         FROM (SELECT ab.blob_id, count(*) AS parts FROM part p JOIN artifact_blob ab ON ab.artifact_id = p.id GROUP BY 1) n
         JOIN artifact a ON a.id = $1
         CROSS JOIN LATERAL (
           SELECT * FROM repository_content u
           WHERE u.project_id = a.project_id AND u.blob_id = n.blob_id AND u.repository_id = a.repository_id LIMIT 1) u
         UNION ALL
         SELECT a.manifest_size, EXISTS (
             SELECT FROM artifact o WHERE o.project_id = a.project_id AND o.digest = a.digest AND o.repository_id <> a.repository_id)
         FROM part p JOIN artifact a ON a.id = p.id)
       SELECT coalesce(sum(size), 0)::bigint AS bytes, coalesce(sum(size) FILTER (WHERE NOT shared), 0)::bigint AS "uniqueBytes"
       FROM item`,
      [id],
    );
    return row ?? { bytes: 0, uniqueBytes: 0 };
  }
}
