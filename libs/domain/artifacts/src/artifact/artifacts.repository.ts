import type { Descriptor } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';

/** What a manifest request answers with. */
export interface StoredManifest {
  artifactId: number;
  repositoryId: number;
  digest: string;
  mediaType: string;
  tagId: number | null;
  pushTime: Date;
  /** The bytes exactly as pushed. */
  payload: Buffer;
}

export interface NewArtifact {
  projectId: number;
  repositoryId: number;
  digest: string;
  type: string;
  mediaType: string;
  manifestMediaType: string;
  artifactType: string;
  size: number;
  manifestSize: number;
  subjectDigest: string | null;
  annotations: Record<string, string>;
  extraAttrs: Record<string, unknown>;
  icon: string | null;
}

export interface ArtifactRow {
  id: number;
  digest: string;
  size: number;
  artifactType: string;
}

export type RemovableArtifact = Pick<ArtifactRow, 'id' | 'digest' | 'artifactType'> & { tags: string[] };

/** A child of an index, as the index lists it. */
export type ChildReference = Pick<Descriptor, 'digest' | 'platform' | 'urls' | 'annotations'> & { id: number };

const stored = `a.id AS "artifactId", a.repository_id AS "repositoryId", a.digest, a.manifest_media_type AS "mediaType", a.push_time AS "pushTime", m.payload`;

@Injectable()
export class ArtifactsRepository {
  constructor(private readonly database: Database) {}

  async findByTag(repository: string, tag: string): Promise<StoredManifest | undefined> {
    const [row] = await this.database.prepared<StoredManifest>(
      `SELECT ${stored}, t.id AS "tagId" FROM repository r JOIN tag t ON t.repository_id = r.id AND t.name = $2
       JOIN artifact a ON a.id = t.artifact_id JOIN manifest m ON m.digest = a.digest WHERE r.name = $1`,
      [repository, tag],
    );
    return row;
  }

  async findByDigest(repository: string, digest: string): Promise<StoredManifest | undefined> {
    const [row] = await this.database.prepared<StoredManifest>(
      `SELECT ${stored}, NULL AS "tagId" FROM repository r JOIN artifact a ON a.repository_id = r.id AND a.digest = $2
       JOIN manifest m ON m.digest = a.digest WHERE r.name = $1`,
      [repository, digest],
    );
    return row;
  }

  /** The repository's artifacts among `digests`. */
  findMany(repositoryId: number, digests: string[]): Promise<ArtifactRow[]> {
    if (digests.length === 0) return Promise.resolve([]);
    return this.database.prepared<ArtifactRow>(
      'SELECT id, digest, size, artifact_type AS "artifactType" FROM artifact WHERE repository_id = $1 AND digest = ANY($2)',
      [repositoryId, digests],
    );
  }

  async idsOf(repositoryId: number): Promise<number[]> {
    const rows = await this.database.query<{ id: number }>('SELECT id FROM artifact WHERE repository_id = $1', [
      repositoryId,
    ]);
    return rows.map(({ id }) => id);
  }

  /** Artifacts of the repository that no index lists, with their tags. */
  listUnlisted(repositoryId: number): Promise<{ id: number; digest: string; artifactType: string; tags: string[] }[]> {
    return this.database.query(
      `SELECT a.id, a.digest, a.artifact_type AS "artifactType",
              ARRAY(SELECT t.name FROM tag t WHERE t.artifact_id = a.id ORDER BY t.name) AS tags
       FROM artifact a WHERE a.repository_id = $1
         AND NOT EXISTS (SELECT 1 FROM artifact_reference r WHERE r.child_id = a.id) ORDER BY a.id`,
      [repositoryId],
    );
  }

  /** The oldest artifacts of the repository that no index lists, with their tags: these can go. */
  removable(repositoryId: number, limit: number): Promise<RemovableArtifact[]> {
    return this.database.query(
      `SELECT a.id, a.digest, a.artifact_type AS "artifactType",
              ARRAY(SELECT t.name FROM tag t WHERE t.artifact_id = a.id ORDER BY t.name) AS tags
       FROM artifact a WHERE a.repository_id = $1
         AND NOT EXISTS (SELECT 1 FROM artifact_reference r WHERE r.child_id = a.id) ORDER BY a.id LIMIT $2`,
      [repositoryId, limit],
    );
  }

  async deleteMany(ids: readonly number[]): Promise<void> {
    await this.database.query('DELETE FROM artifact WHERE id = ANY($1)', [ids]);
  }

  /** Digest of an artifact of the repository that names the blob. */
  async findUserOfBlob(repositoryId: number, blobId: number): Promise<string | undefined> {
    const [row] = await this.database.query<{ digest: string }>(
      'SELECT a.digest FROM artifact_blob ab JOIN artifact a ON a.id = ab.artifact_id WHERE ab.blob_id = $2 AND a.repository_id = $1 LIMIT 1',
      [repositoryId, blobId],
    );
    return row?.digest;
  }

  /** One that is there already is locked: garbage collection leaves it, or has removed it before and it is made again. */
  async insertManifest(digest: string, payload: Buffer): Promise<void> {
    await this.database.prepared(
      'INSERT INTO manifest (digest, payload, size) VALUES ($1, $2, $3) ON CONFLICT (digest) DO UPDATE SET size = EXCLUDED.size',
      [digest, payload, payload.length],
    );
  }

  /** Inserts the artifact, or notes that it was pushed again. */
  async upsert(artifact: NewArtifact): Promise<{ id: number; created: boolean }> {
    const [row] = await this.database.prepared<{ id: number; created: boolean }>(
      `INSERT INTO artifact (project_id, repository_id, digest, type, media_type, manifest_media_type, artifact_type, size, manifest_size,
                             subject_digest, annotations, extra_attrs, icon)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
       ON CONFLICT (repository_id, digest) DO UPDATE SET push_time = now(), manifest_media_type = EXCLUDED.manifest_media_type
       RETURNING id, xmax = 0 AS created`,
      [
        artifact.projectId,
        artifact.repositoryId,
        artifact.digest,
        artifact.type,
        artifact.mediaType,
        artifact.manifestMediaType,
        artifact.artifactType,
        artifact.size,
        artifact.manifestSize,
        artifact.subjectDigest,
        JSON.stringify(artifact.annotations),
        JSON.stringify(artifact.extraAttrs),
        artifact.icon,
      ],
    );
    return row as { id: number; created: boolean };
  }

  async insertBlobs(artifactId: number, blobIds: number[]): Promise<void> {
    await this.database.prepared(
      'INSERT INTO artifact_blob (artifact_id, blob_id) SELECT $1, unnest($2::bigint[]) ON CONFLICT DO NOTHING',
      [artifactId, blobIds],
    );
  }

  async insertReferences(parentId: number, children: ChildReference[]): Promise<void> {
    if (children.length === 0) return;
    await this.database.query(
      `INSERT INTO artifact_reference (parent_id, child_id, child_digest, platform, urls, annotations)
       SELECT $1, c.id, c.digest, c.platform, c.urls, c.annotations
       FROM jsonb_to_recordset($2) AS c(id bigint, digest text, platform jsonb, urls jsonb, annotations jsonb) ON CONFLICT DO NOTHING`,
      [parentId, JSON.stringify(children)],
    );
  }

  /** An index of the repository that lists the artifact. */
  async findParent(artifactId: number): Promise<string | undefined> {
    const [row] = await this.database.query<{ digest: string }>(
      'SELECT a.digest FROM artifact_reference r JOIN artifact a ON a.id = r.parent_id WHERE r.child_id = $1 LIMIT 1',
      [artifactId],
    );
    return row?.digest;
  }

  async delete(artifactId: number): Promise<void> {
    await this.database.query('DELETE FROM artifact WHERE id = $1', [artifactId]);
  }
}
