import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';

/** What a project's quota says, and what it should: bytes, and how many of its counted blobs are too few or too many. */
export interface QuotaComparison {
  used: number;
  expected: number;
  missing: number;
  surplus: number;
}

/** What the project $1 holds, by the rule of `ProjectUsageRepository`, and regardless of what was counted. */
const held = `
  needed AS (
    SELECT ab.blob_id FROM artifact a JOIN artifact_blob ab ON ab.artifact_id = a.id WHERE a.project_id = $1
    UNION
    SELECT db.blob_id FROM deleted_artifact d JOIN deleted_artifact_blob db ON db.deleted_artifact_id = d.id WHERE d.project_id = $1)`;

@Injectable()
export class QuotaDriftRepository {
  constructor(private readonly database: Database) {}

  /** The next projects that have a quota, by id. */
  async projectsAfter(id: number, limit: number): Promise<number[]> {
    const rows = await this.database.query<{ id: number }>(
      'SELECT project_id AS id FROM quota WHERE project_id > $1 ORDER BY project_id LIMIT $2',
      [id, limit],
    );
    return rows.map((row) => row.id);
  }

  /** In one statement, and so as of one moment: pushes need not wait for it. Undefined when the project is gone. */
  async compare(projectId: number): Promise<QuotaComparison | undefined> {
    const [row] = await this.database.query<QuotaComparison>(
      `WITH ${held},
       manifests AS (
         SELECT digest, manifest_size FROM artifact WHERE project_id = $1
         UNION
         SELECT digest, manifest_size FROM deleted_artifact WHERE project_id = $1)
       SELECT q.used,
         ((SELECT coalesce(sum(b.size), 0) FROM needed n JOIN blob b ON b.id = n.blob_id)
           + (SELECT coalesce(sum(m.manifest_size), 0) FROM manifests m))::bigint AS expected,
         (SELECT count(*)::int FROM needed n
          WHERE NOT EXISTS (SELECT FROM project_blob pb WHERE pb.project_id = $1 AND pb.blob_id = n.blob_id)) AS missing,
         (SELECT count(*)::int FROM project_blob pb
          WHERE pb.project_id = $1 AND NOT EXISTS (SELECT FROM needed n WHERE n.blob_id = pb.blob_id)) AS surplus
       FROM quota q WHERE q.project_id = $1`,
      [projectId],
    );
    return row;
  }

  /** Makes the project's counted blobs those that it holds. Call under its quota lock. */
  async recount(projectId: number): Promise<void> {
    await this.database.query(
      `WITH ${held} DELETE FROM project_blob pb WHERE pb.project_id = $1
         AND NOT EXISTS (SELECT FROM needed n WHERE n.blob_id = pb.blob_id)`,
      [projectId],
    );
    await this.database.query(
      `WITH ${held} INSERT INTO project_blob (project_id, blob_id) SELECT $1, n.blob_id FROM needed n ON CONFLICT DO NOTHING`,
      [projectId],
    );
  }
}
