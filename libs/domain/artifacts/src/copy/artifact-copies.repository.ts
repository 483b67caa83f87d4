import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { RepositoryRow } from '../repository/repositories.repository';

/** An artifact to be copied. */
export interface CopiedArtifact {
  id: number;
  digest: string;
  /** Of an accessory: signatures are found by them. */
  tags: string[];
  isAccessory: boolean;
  isRoot: boolean;
}

/** What a copy made in the target. */
export interface CreatedArtifact {
  id: number;
  digest: string;
  manifestMediaType: string;
  artifactType: string;
}

const shared = `digest, type, media_type, manifest_media_type, artifact_type, size, manifest_size, subject_digest,
  annotations, extra_attrs, icon`;

/** What a copy reads and writes. Call these in one transaction, under the quota lock of the target's project. */
@Injectable()
export class ArtifactCopies {
  constructor(private readonly database: Database) {}

  /** Before the artifacts of a repository that somebody else may be deleting: who deletes it takes this lock first. */
  async holdRepository(repository: string): Promise<void> {
    await this.database.query('SELECT 1 FROM repository WHERE name = $1 FOR KEY SHARE', [repository]);
  }

  /** The artifact, the children of its index and the accessories of all of them, and theirs in turn. */
  tree(repository: string, digest: string): Promise<CopiedArtifact[]> {
    return this.database.query<CopiedArtifact>(
      `WITH RECURSIVE wanted AS (
         SELECT a.id, a.repository_id, a.digest FROM repository r JOIN artifact a ON a.repository_id = r.id
         WHERE r.name = $1 AND a.digest = $2
         UNION
         SELECT p.id, p.repository_id, p.digest FROM wanted w CROSS JOIN LATERAL (
           SELECT c.* FROM artifact_reference f JOIN artifact c ON c.id = f.child_id WHERE f.parent_id = w.id
           UNION ALL
           SELECT x.* FROM accessory s JOIN artifact x ON x.id = s.artifact_id
           WHERE s.repository_id = w.repository_id AND s.subject_digest = w.digest) p)
       SELECT w.id, w.digest, w.digest = $2 AS "isRoot",
              EXISTS (SELECT FROM accessory s WHERE s.artifact_id = w.id) AS "isAccessory",
              ARRAY(SELECT t.name FROM tag t WHERE t.artifact_id = w.id ORDER BY t.name) AS tags
       FROM wanted w`,
      [repository, digest],
    );
  }

  /**
   * Keeps the artifacts where they are until the transaction ends, and with them their manifests and blobs. False when one
   * was deleted since they were looked for.
   */
  async hold(ids: number[]): Promise<boolean> {
    const held = await this.database.query('SELECT 1 FROM artifact WHERE id = ANY($1) ORDER BY id FOR KEY SHARE', [
      ids,
    ]);
    return held.length === ids.length;
  }

  /** Makes their blobs live and keeps them so, in the order of every push. False when one is being removed. */
  async lockBlobs(ids: number[]): Promise<boolean> {
    const [counts] = await this.database.query<{ wanted: number; locked: number }>(
      `WITH wanted AS (SELECT DISTINCT blob_id FROM artifact_blob WHERE artifact_id = ANY($1)),
       locked AS (
         SELECT b.id FROM blob b JOIN wanted w ON w.blob_id = b.id WHERE b.status IN ('none', 'delete')
         ORDER BY b.id FOR NO KEY UPDATE OF b),
       live AS (
         UPDATE blob b SET status = 'none', version = b.version + 1, update_time = now()
         FROM locked WHERE b.id = locked.id RETURNING b.id)
       SELECT (SELECT count(*) FROM wanted)::int AS wanted, (SELECT count(*) FROM live)::int AS locked`,
      [ids],
    );
    return counts !== undefined && counts.wanted === counts.locked;
  }

  /** Those that the target does not have yet, as if pushed now. */
  insert(target: RepositoryRow, ids: number[]): Promise<CreatedArtifact[]> {
    return this.database.query<CreatedArtifact>(
      `INSERT INTO artifact (project_id, repository_id, ${shared})
       SELECT $1, $2, ${shared} FROM artifact WHERE id = ANY($3) ORDER BY id
       ON CONFLICT (repository_id, digest) DO NOTHING
       RETURNING id, digest, manifest_media_type AS "manifestMediaType", artifact_type AS "artifactType"`,
      [target.projectId, target.id, ids],
    );
  }

  /** Gives the target's artifacts the blobs, children and subjects that the originals have. */
  async link(target: RepositoryRow, ids: number[]): Promise<void> {
    const values = [ids, target.id];
    const pairs = `(SELECT o.id AS original, c.id AS copy FROM artifact o JOIN artifact c ON c.digest = o.digest
      WHERE o.id = ANY($1) AND c.repository_id = $2)`;
    await this.database.query(
      `INSERT INTO artifact_blob (artifact_id, blob_id)
       SELECT p.copy, b.blob_id FROM ${pairs} p JOIN artifact_blob b ON b.artifact_id = p.original ON CONFLICT DO NOTHING`,
      values,
    );
    await this.database.query(
      `INSERT INTO repository_blob (repository_id, blob_id)
       SELECT DISTINCT $2::bigint, blob_id FROM artifact_blob WHERE artifact_id = ANY($1) ON CONFLICT DO NOTHING`,
      values,
    );
    await this.database.query(
      `INSERT INTO artifact_reference (parent_id, child_id, child_digest, platform, urls, annotations)
       SELECT p.copy, k.copy, f.child_digest, f.platform, f.urls, f.annotations
       FROM ${pairs} p JOIN artifact_reference f ON f.parent_id = p.original JOIN ${pairs} k ON k.original = f.child_id
       ON CONFLICT DO NOTHING`,
      values,
    );
    await this.database.query(
      `INSERT INTO accessory (artifact_id, repository_id, subject_digest, type, source)
       SELECT p.copy, $2, s.subject_digest, s.type, s.source
       FROM ${pairs} p JOIN accessory s ON s.artifact_id = p.original ON CONFLICT DO NOTHING`,
      values,
    );
  }

  async idOf(target: RepositoryRow, digest: string): Promise<number> {
    const [row] = await this.database.query<{ id: number }>(
      'SELECT id FROM artifact WHERE repository_id = $1 AND digest = $2',
      [target.id, digest],
    );
    return row?.id ?? 0;
  }

  /**
   * Bytes that the target's project references from now on, and did not before (see ProjectUsageRepository, for one
   * artifact). What was deleted from the target before is there again, and counted already.
   */
  async reference(target: RepositoryRow, created: number[]): Promise<number> {
    const [row] = await this.database.query<{ bytes: number }>(
      `WITH added AS (
         INSERT INTO project_blob (project_id, blob_id)
         SELECT DISTINCT $1::bigint, blob_id FROM artifact_blob WHERE artifact_id = ANY($2)
         ON CONFLICT DO NOTHING RETURNING blob_id),
       revived AS (
         DELETE FROM deleted_artifact d USING artifact a WHERE a.id = ANY($2) AND d.repository_name = $3 AND d.digest = a.digest)
       SELECT (SELECT coalesce(sum(b.size), 0) FROM added JOIN blob b ON b.id = added.blob_id)::bigint
            + (SELECT coalesce(sum(a.manifest_size), 0) FROM artifact a WHERE a.id = ANY($2)
               AND NOT EXISTS (SELECT 1 FROM artifact o WHERE o.project_id = $1 AND o.digest = a.digest AND o.id <> a.id)
               AND NOT EXISTS (SELECT 1 FROM deleted_artifact o WHERE o.project_id = $1 AND o.digest = a.digest))::bigint
            AS bytes`,
      [target.projectId, created, target.name],
    );
    return row?.bytes ?? 0;
  }
}
