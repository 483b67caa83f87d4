import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';

/** On `project_blob pb`: something of the project other than the artifacts $2 needs the blob. */
const neededByOthers = `
  EXISTS (SELECT 1 FROM artifact_blob ab JOIN artifact a ON a.id = ab.artifact_id
          WHERE ab.blob_id = pb.blob_id AND a.project_id = $1 AND a.id <> ALL($2))
  OR EXISTS (SELECT 1 FROM deleted_artifact_blob db JOIN deleted_artifact d ON d.id = db.deleted_artifact_id
             WHERE db.blob_id = pb.blob_id AND d.project_id = $1 AND d.id <> ALL($2))`;

/** On `m`, a manifest of the artifacts $2: something else of the project has the same. */
const heldByOthers = `
  EXISTS (SELECT 1 FROM artifact o WHERE o.project_id = $1 AND o.digest = m.digest AND o.id <> ALL($2))
  OR EXISTS (SELECT 1 FROM deleted_artifact o WHERE o.project_id = $1 AND o.digest = m.digest AND o.id <> ALL($2))`;

/**
 * What a project's quota counts: distinct blobs (`project_blob`) and distinct manifests that its artifacts reference,
 * deleted ones too while they can be restored. An artifact keeps its id when it is deleted, so ids here are of either.
 * Call these under the project's quota lock only.
 */
@Injectable()
export class ProjectUsageRepository {
  constructor(private readonly database: Database) {}

  /**
   * Bytes that the project references from now on, and did not before. `created`: the artifact was not there yet. One
   * of that digest that was deleted from the same repository is this one now: it is counted already.
   */
  async reference(
    projectId: number,
    artifact: { id: number; created: boolean; blobIds: number[]; repository: string },
  ): Promise<number> {
    const [row] = await this.database.prepared<{ bytes: number }>(
      `WITH added AS (
         INSERT INTO project_blob (project_id, blob_id) SELECT $1, unnest($2::bigint[]) ON CONFLICT DO NOTHING RETURNING blob_id),
       revived AS (
         DELETE FROM deleted_artifact d USING artifact a WHERE a.id = $3 AND d.repository_name = $5 AND d.digest = a.digest)
       SELECT (SELECT coalesce(sum(b.size), 0) FROM added JOIN blob b ON b.id = added.blob_id)::bigint
            + (SELECT a.manifest_size FROM artifact a WHERE a.id = $3 AND $4
               AND NOT EXISTS (SELECT 1 FROM artifact o WHERE o.project_id = $1 AND o.digest = a.digest AND o.id <> a.id)
               AND NOT EXISTS (SELECT 1 FROM deleted_artifact o WHERE o.project_id = $1 AND o.digest = a.digest)
               UNION ALL SELECT 0 LIMIT 1)
            AS bytes`,
      [projectId, artifact.blobIds, artifact.id, artifact.created, artifact.repository],
    );
    return row?.bytes ?? 0;
  }

  /** Bytes that the project will no longer reference once these artifacts are gone. Call before they are. */
  async release(projectId: number, artifactIds: number[]): Promise<number> {
    const [row] = await this.database.query<{ bytes: number }>(
      `WITH gone AS (
         DELETE FROM project_blob pb WHERE pb.project_id = $1
           AND pb.blob_id IN (SELECT blob_id FROM artifact_blob WHERE artifact_id = ANY($2)
                              UNION ALL SELECT blob_id FROM deleted_artifact_blob WHERE deleted_artifact_id = ANY($2))
           AND NOT (${neededByOthers})
         RETURNING blob_id)
       SELECT (SELECT coalesce(sum(b.size), 0) FROM gone JOIN blob b ON b.id = gone.blob_id)::bigint
            + (SELECT coalesce(sum(m.size), 0) FROM (
                 SELECT digest, manifest_size AS size FROM artifact WHERE id = ANY($2)
                 UNION SELECT digest, manifest_size FROM deleted_artifact WHERE id = ANY($2)) m
               WHERE NOT (${heldByOthers}))::bigint
            AS bytes`,
      [projectId, artifactIds],
    );
    return row?.bytes ?? 0;
  }
}
