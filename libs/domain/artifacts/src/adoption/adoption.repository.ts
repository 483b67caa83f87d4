import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { AccessoryLink } from '../artifact/artifact-kind';
import type { BlobRow } from '../blobs/blobs.repository';

/** Rows for what lies in storage already, many at a time. */
@Injectable()
export class AdoptionRepository {
  constructor(private readonly database: Database) {}

  /** Blobs of the layout's own paths, live and locked until the transaction ends; those being removed are left out. */
  adoptBlobs(blobs: readonly { digest: string; size: number }[]): Promise<BlobRow[]> {
    return this.database.query<BlobRow>(
      `INSERT INTO blob (digest, size) SELECT * FROM unnest($1::varchar[], $2::bigint[]) AS b(digest, size) ORDER BY digest
       ON CONFLICT (digest) DO UPDATE SET status = 'none', version = blob.version + 1, update_time = now()
       WHERE blob.status = 'none'
       RETURNING id, digest, size, status, storage_key AS "storageKey"`,
      [blobs.map(({ digest }) => digest), blobs.map(({ size }) => size)],
    );
  }

  /** Blobs that nothing needs so far, as old as their files. Returns those that had no row. */
  async adoptUnreferenced(
    blobs: readonly { digest: string; size: number; modified: Date }[],
  ): Promise<{ count: number; bytes: number }> {
    const [row] = await this.database.query<{ count: number; bytes: number }>(
      `WITH added AS (
         INSERT INTO blob (digest, size, creation_time, update_time)
         SELECT digest, size, time, time
         FROM unnest($1::varchar[], $2::bigint[], $3::timestamptz[]) AS b(digest, size, time) ORDER BY digest
         ON CONFLICT (digest) DO NOTHING RETURNING size)
       SELECT count(*)::int AS count, coalesce(sum(size), 0)::bigint AS bytes FROM added`,
      [
        blobs.map(({ digest }) => digest),
        blobs.map(({ size }) => size),
        blobs.map(({ modified }) => modified.toISOString()),
      ],
    );
    return row ?? { count: 0, bytes: 0 };
  }

  async linkBlobs(repositoryId: number, blobIds: readonly number[]): Promise<void> {
    await this.database.query(
      'INSERT INTO repository_blob (repository_id, blob_id) SELECT $1, unnest($2::bigint[]) ON CONFLICT DO NOTHING',
      [repositoryId, blobIds],
    );
  }

  async datePushes(artifacts: readonly { id: number; pushed: Date }[]): Promise<void> {
    await this.database.query(
      `UPDATE artifact a SET push_time = p.time FROM unnest($1::bigint[], $2::timestamptz[]) AS p(id, time) WHERE a.id = p.id`,
      [artifacts.map(({ id }) => id), artifacts.map(({ pushed }) => pushed.toISOString())],
    );
  }

  async insertTags(
    repositoryId: number,
    tags: readonly { name: string; artifactId: number; pushed: Date }[],
  ): Promise<void> {
    await this.database.query(
      `INSERT INTO tag (repository_id, name, artifact_id, push_time)
       SELECT $1, * FROM unnest($2::varchar[], $3::bigint[], $4::timestamptz[])`,
      [
        repositoryId,
        tags.map(({ name }) => name),
        tags.map(({ artifactId }) => artifactId),
        tags.map(({ pushed }) => pushed.toISOString()),
      ],
    );
  }

  /** What a tag says its artifact is about, unless the manifest itself says it. */
  async linkByTag(repositoryId: number, artifactId: number, { subjectDigest, type }: AccessoryLink): Promise<void> {
    await this.database.query(
      `INSERT INTO accessory (artifact_id, repository_id, subject_digest, type)
       SELECT id, $2, $3, $4 FROM artifact WHERE id = $1 AND subject_digest IS NULL ON CONFLICT DO NOTHING`,
      [artifactId, repositoryId, subjectDigest, type],
    );
  }
}
