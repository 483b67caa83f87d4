import { Database } from '@breakwater/platform';
import { blobKey } from '@breakwater/storage';
import { Injectable } from '@nestjs/common';
import type { BlobStatus } from './blob.entity';

export interface BlobRow {
  id: number;
  digest: string;
  size: number;
  status: BlobStatus;
  storageKey: string | null;
}

export interface RepositoryBlobRow extends BlobRow {
  repositoryId: number;
  /** An artifact of the repository names it, so garbage collection cannot take it. */
  referenced: boolean;
  /** Somebody was told of it within the last minute: garbage collection's window has only just begun. */
  fresh: boolean;
}

/** The last removal of a blob of that digest when it was claimed; null: there was none. */
export interface BlobClaim {
  removal: string | null;
}

/** Between the claim and the record, garbage collection began to remove a blob of that digest: bytes may be gone. */
export class RemovedMeanwhile extends Error {}

/**
 * Garbage collection gives its deletions a minute (libs/domain/gc). A row that is `deleting` for longer belongs to a
 * collector that died: whoever brings the bytes again may take over.
 */
export const removalTimeout = '5 minutes';

/** What a claim makes of a row: bytes whose removal began are not relied on before they are brought again. */
export const claimedStatus = `CASE WHEN status IN ('deleting', 'deletefailed') THEN 'deletefailed' ELSE 'none' END`;
export const claimable = `(status <> 'deleting' OR update_time < now() - interval '${removalTimeout}')`;

/** SQLSTATE that `blob_assert_kept` raises (migration 1795402000000). */
const removedMeanwhile = 'BW001';

/** Where the driver keeps it. */
export const storageKeyOf = ({ digest, storageKey }: Pick<BlobRow, 'digest' | 'storageKey'>): string =>
  storageKey ?? blobKey(digest);

const columns = 'b.id, b.digest, b.size, b.status, b.storage_key AS "storageKey"';

/** `blob_assert_kept` looks after the row is locked, with eyes of its own: a removal between is seen in any order (ADR 0021). */
const recordBlob = `
  WITH found AS (SELECT id FROM repository WHERE name = $6 FOR KEY SHARE),
  made AS (
    INSERT INTO repository (project_id, name) SELECT $5::bigint, $6 WHERE NOT EXISTS (SELECT 1 FROM found)
    ON CONFLICT (name) DO UPDATE SET name = EXCLUDED.name RETURNING id),
  stored AS (
    INSERT INTO blob (digest, size, storage_key) VALUES ($1, $2, $3)
    ON CONFLICT (digest) DO UPDATE SET status = 'none', version = blob.version + 1, update_time = now(),
      storage_key = CASE WHEN blob.status = 'deletefailed' THEN EXCLUDED.storage_key ELSE blob.storage_key END
      WHERE blob.status <> 'deleting'
    RETURNING id, storage_key, blob_assert_kept(digest, $7::uuid) AS kept),
  linked AS (
    INSERT INTO repository_blob (repository_id, blob_id)
    SELECT r.id, stored.id FROM (SELECT id FROM found UNION ALL SELECT id FROM made) r, stored ON CONFLICT DO NOTHING),
  ended AS (DELETE FROM upload_session WHERE id = $4 AND EXISTS (SELECT 1 FROM stored))
  SELECT storage_key AS "storageKey", kept FROM stored`;

/**
 * Rows of blobs. Every change of `status` is a compare-and-set that raises `version`: garbage collection and pushes
 * race on it, and one of them loses cleanly.
 */
@Injectable()
export class BlobsRepository {
  constructor(private readonly database: Database) {}

  /** A blob that was pushed or mounted into the repository; others do not exist for it. */
  async findInRepository(repository: string, digest: string): Promise<RepositoryBlobRow | undefined> {
    const [row] = await this.database.prepared<RepositoryBlobRow>(
      `SELECT ${columns}, r.id AS "repositoryId",
              EXISTS (SELECT 1 FROM artifact_blob ab JOIN artifact a ON a.id = ab.artifact_id
                      WHERE ab.blob_id = b.id AND a.repository_id = r.id) AS referenced,
              b.status = 'none' AND b.update_time > now() - interval '1 minute' AS fresh
       FROM repository r JOIN repository_blob rb ON rb.repository_id = r.id JOIN blob b ON b.id = rb.blob_id
       WHERE r.name = $1 AND b.digest = $2`,
      [repository, digest],
    );
    return row;
  }

  async find(digest: string): Promise<BlobRow | undefined> {
    const [row] = await this.database.prepared<BlobRow>(`SELECT ${columns} FROM blob b WHERE b.digest = $1`, [digest]);
    return row;
  }

  /** Repositories that hold the blob, to mount it from one of them. */
  async repositoriesWith(digest: string, limit: number): Promise<string[]> {
    const rows = await this.database.query<{ name: string }>(
      `SELECT r.name FROM blob b JOIN repository_blob rb ON rb.blob_id = b.id JOIN repository r ON r.id = rb.repository_id
       WHERE b.digest = $1 ORDER BY r.id LIMIT $2`,
      [digest, limit],
    );
    return rows.map(({ name }) => name);
  }

  /**
   * Keeps garbage collection away for its window, by a lock on the row: a collector that looked before must look again.
   * False: the blob is going or its removal failed, and the client must send it again.
   */
  async touch(id: number): Promise<boolean> {
    const rows = await this.database.prepared(
      `UPDATE blob SET version = version + 1, update_time = now()
       WHERE id = $1 AND status = 'none' RETURNING 1`,
      [id],
    );
    return rows.length === 1;
  }

  /**
   * Before bytes are moved into place: garbage collection lets go of a row of that digest, if there is one. Undefined: it
   * is being removed right now. `record` takes the answer, and finds out whether a removal began since.
   */
  async claim(digest: string): Promise<BlobClaim | undefined> {
    const [row] = await this.database.prepared<BlobClaim & { blocked: boolean }>(
      `WITH claimed AS (
         UPDATE blob SET status = ${claimedStatus}, version = version + 1, update_time = now()
         WHERE digest = $1 AND ${claimable} RETURNING 1)
       SELECT EXISTS (SELECT 1 FROM blob WHERE digest = $1) AND NOT EXISTS (SELECT 1 FROM claimed) AS blocked,
              (SELECT removal FROM blob_removal WHERE digest = $1) AS removal`,
      [digest],
    );
    return row && !row.blocked ? { removal: row.removal } : undefined;
  }

  /**
   * After its bytes are on stable storage, in one statement: the row, the repository's link to it, the repository if it is
   * new (unlisted until `markPushed`), and the end of the upload's session. Returns the storage key on record, which is
   * another one when the blob was there already. Throws RemovedMeanwhile, and then nothing was written.
   */
  async record(
    blob: { digest: string; size: number; storageKey: string | null },
    claim: BlobClaim,
    target: { projectId: number; repository: string; uploadId: string },
  ): Promise<string | null> {
    try {
      const [row] = await this.database.prepared<{ storageKey: string | null }>(recordBlob, [
        blob.digest,
        blob.size,
        blob.storageKey,
        target.uploadId,
        target.projectId,
        target.repository,
        claim.removal,
      ]);
      if (row) return row.storageKey;
    } catch (error) {
      if ((error as { code?: string }).code !== removedMeanwhile) throw error;
    }
    throw new RemovedMeanwhile(`blob ${blob.digest} was being removed while it was pushed`);
  }

  /** The bytes lie under another key now, unless somebody else has moved them meanwhile. */
  async moveTo(storageKey: string | null, blob: { digest: string; from: string | null }): Promise<void> {
    await this.database.query(
      'UPDATE blob SET storage_key = $2 WHERE digest = $1 AND storage_key IS NOT DISTINCT FROM $3',
      [blob.digest, storageKey, blob.from],
    );
  }

  async link(repositoryId: number, blobId: number): Promise<void> {
    await this.database.prepared(
      'INSERT INTO repository_blob (repository_id, blob_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [repositoryId, blobId],
    );
  }

  async unlink(repositoryId: number, blobId: number): Promise<void> {
    await this.database.query('DELETE FROM repository_blob WHERE repository_id = $1 AND blob_id = $2', [
      repositoryId,
      blobId,
    ]);
  }

  /**
   * The repository's blobs among `digests`, live and locked until the transaction ends, in one order for
   * everybody so that two pushes cannot wait for each other. Those that are being removed, or whose
   * removal failed, are left out: their bytes may be gone.
   */
  lockForPush(repositoryId: number, digests: string[]): Promise<BlobRow[]> {
    return this.database.prepared<BlobRow>(
      `WITH locked AS (
         SELECT b.id FROM blob b JOIN repository_blob rb ON rb.blob_id = b.id
         WHERE rb.repository_id = $1 AND b.digest = ANY($2) AND b.status = 'none'
         ORDER BY b.id FOR NO KEY UPDATE OF b)
       UPDATE blob b SET version = b.version + 1, update_time = now()
       FROM locked WHERE b.id = locked.id RETURNING ${columns}`,
      [repositoryId, digests],
    );
  }
}
