import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';

/**
 * What a project's quota counts: distinct blobs (`project_blob`) and distinct manifests that its artifacts reference.
 * Call these under the project's quota lock only.
 */
@Injectable()
export class ProjectUsageRepository {
  constructor(private readonly database: Database) {}

  /** Bytes that the project references from now on, and did not before. `created`: the artifact was not there yet. */
  async reference(projectId: number, artifact: { id: number; created: boolean; blobIds: number[] }): Promise<number> {
    const [row] = await this.database.prepared<{ bytes: number }>(
      `WITH added AS (
         INSERT INTO project_blob (project_id, blob_id) SELECT $1, unnest($2::bigint[]) ON CONFLICT DO NOTHING RETURNING blob_id)
       SELECT (SELECT coalesce(sum(b.size), 0) FROM added JOIN blob b ON b.id = added.blob_id)::bigint
            + (SELECT a.manifest_size FROM artifact a WHERE a.id = $3 AND $4
               AND NOT EXISTS (SELECT 1 FROM artifact o WHERE o.project_id = $1 AND o.digest = a.digest AND o.id <> a.id) UNION ALL SELECT 0 LIMIT 1)
            AS bytes`,
      [projectId, artifact.blobIds, artifact.id, artifact.created],
    );
    return row?.bytes ?? 0;
  }

  /** Bytes that the project will no longer reference once these artifacts are gone. Call before they are deleted. */
  async release(projectId: number, artifactIds: number[]): Promise<number> {
    const [row] = await this.database.query<{ bytes: number }>(
      `WITH gone AS (
         DELETE FROM project_blob pb WHERE pb.project_id = $1
           AND pb.blob_id IN (SELECT blob_id FROM artifact_blob WHERE artifact_id = ANY($2))
           AND NOT EXISTS (SELECT 1 FROM artifact_blob ab JOIN artifact a ON a.id = ab.artifact_id
                           WHERE ab.blob_id = pb.blob_id AND a.project_id = $1 AND a.id <> ALL($2))
         RETURNING blob_id)
       SELECT (SELECT coalesce(sum(b.size), 0) FROM gone JOIN blob b ON b.id = gone.blob_id)::bigint
            + (SELECT coalesce(sum(size), 0) FROM (SELECT DISTINCT a.digest, a.manifest_size AS size FROM artifact a WHERE a.id = ANY($2)
               AND NOT EXISTS (SELECT 1 FROM artifact o WHERE o.project_id = $1 AND o.digest = a.digest AND o.id <> ALL($2))) m)::bigint
            AS bytes`,
      [projectId, artifactIds],
    );
    return row?.bytes ?? 0;
  }
}
