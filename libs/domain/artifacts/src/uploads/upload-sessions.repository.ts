import type { DigestAlgorithm } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { claimable, claimedStatus } from '../blobs/blobs.repository';

export interface UploadSessionRow {
  id: string;
  projectId: number;
  repositoryName: string;
  receivedBytes: number;
  algorithm: DigestAlgorithm;
  digestSoFar: string | null;
}

/** Limit of a project that has one, and what counts against it while something is uploaded. Bytes. */
export interface Room {
  hard: number;
  used: number;
}

export interface FoundSession extends UploadSessionRow {
  expired: boolean;
}

export interface ClaimedSession extends UploadSessionRow {
  /** It is new: the store knows nothing of the upload. */
  begun: boolean;
  room: Room | null;
  /** Garbage collection is not removing the blob that the upload is to become, and will not for its window. */
  blobIsSafe: boolean;
  /** As `BlobClaim` says. */
  removal: string | null;
}

export interface NewSession {
  id: string;
  projectId: number;
  repositoryName: string;
  algorithm: DigestAlgorithm;
  digestSoFar: string;
  ttlSeconds: number;
}

export interface ClaimOptions {
  writer: string;
  digest?: string;
}

const columns = `id, project_id AS "projectId", repository_name AS "repositoryName", received_bytes AS "receivedBytes",
  algorithm, digest_so_far AS "digestSoFar"`;

/** Unfinished uploads count as well, so that nobody sends gigabytes to be refused at the end. */
const roomOf = (projectId: string) => `
  (SELECT jsonb_build_object('hard', q.hard, 'used', q.used +
     (SELECT coalesce(sum(u.received_bytes), 0) FROM upload_session u WHERE u.project_id = q.project_id))
   FROM quota q WHERE q.project_id = ${projectId} AND q.hard >= 0) AS room`;

/** A writer that has not renewed its claim for this long is taken for dead. */
const writerTimeout = '30 seconds';

const sessionIsFree = `upload_session.expiry_time > now()
  AND (upload_session.writer IS NULL OR upload_session.writer_time < now() - interval '${writerTimeout}')`;

/** The claimed session, with what is to be known of it, and the blob of the digest kept from garbage collection. */
const answer = (claimed: string, digest: string) => `kept AS (
    UPDATE blob SET status = ${claimedStatus}, version = version + 1, update_time = now()
    WHERE digest = ${digest} AND ${claimable} AND EXISTS (SELECT 1 FROM ${claimed}) RETURNING 1)
  SELECT ${columns}, begun, ${roomOf(`${claimed}.project_id`)},
         ${digest}::text IS NOT NULL AND (EXISTS (SELECT 1 FROM kept) OR NOT EXISTS (SELECT 1 FROM blob WHERE digest = ${digest})) AS "blobIsSafe",
         (SELECT removal FROM blob_removal WHERE digest = ${digest}) AS removal
  FROM ${claimed}`;

@Injectable()
export class UploadSessionsRepository {
  constructor(private readonly database: Database) {}

  /** A session of that repository; one of another repository does not exist for it. */
  async find(id: string, repositoryName: string): Promise<FoundSession | undefined> {
    const [row] = await this.database.query<FoundSession>(
      `SELECT ${columns}, expiry_time <= now() AS expired FROM upload_session WHERE id = $1 AND repository_name = $2`,
      [id, repositoryName],
    );
    return row;
  }

  /**
   * Makes `writer` the only one who may write. Undefined while somebody else is writing, or when the session is gone.
   * `digest`: what the upload is to become; a blob that is there already is kept from garbage collection with it.
   */
  async claim(
    id: string,
    repositoryName: string,
    { writer, digest }: ClaimOptions,
  ): Promise<ClaimedSession | undefined> {
    const [row] = await this.database.prepared<ClaimedSession>(
      `WITH claimed AS (
         UPDATE upload_session SET writer = $3, writer_time = now()
         WHERE id = $1 AND repository_name = $2 AND ${sessionIsFree}
         RETURNING *, false AS begun),
       ${answer('claimed', '$4')}`,
      [id, repositoryName, writer, digest ?? null],
    );
    return row;
  }

  /**
   * The same for an upload that may have no session yet; then it is made. The commit is waited for only when a blob hangs
   * on it: after a power cut within the same moment the client would find that it has to begin anew.
   */
  async begin(session: NewSession, { writer, digest }: ClaimOptions): Promise<ClaimedSession | undefined> {
    const [row] = await this.database.prepared<ClaimedSession>(
      `WITH quick AS (
         SELECT set_config('synchronous_commit', CASE WHEN EXISTS (SELECT 1 FROM blob WHERE digest = $4) THEN 'on' ELSE 'off' END, true)),
       claimed AS (
         INSERT INTO upload_session (id, project_id, repository_name, algorithm, digest_so_far, writer, writer_time, expiry_time)
         SELECT $1, $5::bigint, $2, $6, $7, $3::uuid, now(), now() + make_interval(secs => $8) FROM quick
         ON CONFLICT (id) DO UPDATE SET writer = EXCLUDED.writer, writer_time = now()
         WHERE upload_session.repository_name = EXCLUDED.repository_name AND ${sessionIsFree}
         RETURNING *, upload_session.xmax = 0 AS begun),
       ${answer('claimed', '$4')}`,
      [
        session.id,
        session.repositoryName,
        writer,
        digest ?? null,
        session.projectId,
        session.algorithm,
        session.digestSoFar,
        session.ttlSeconds,
      ],
    );
    return row;
  }

  /** False: the claim was lost; what was written may not be recorded. */
  async renew(id: string, writer: string): Promise<boolean> {
    const rows = await this.database.query(
      'UPDATE upload_session SET writer_time = now() WHERE id = $1 AND writer = $2 RETURNING id',
      [id, writer],
    );
    return rows.length === 1;
  }

  /** Notes how far the upload is and lets go of it. False: the claim was lost. */
  async release(
    id: string,
    writer: string,
    progress: { receivedBytes: number; digestSoFar: string | null },
    ttlSeconds: number,
  ): Promise<boolean> {
    const rows = await this.database.prepared(
      `UPDATE upload_session SET writer = NULL, writer_time = NULL, received_bytes = $3, digest_so_far = $4,
              expiry_time = now() + make_interval(secs => $5)
       WHERE id = $1 AND writer = $2 RETURNING id`,
      [id, writer, progress.receivedBytes, progress.digestSoFar, ttlSeconds],
    );
    return rows.length === 1;
  }

  async delete(id: string): Promise<UploadSessionRow | undefined> {
    const [row] = await this.database.query<UploadSessionRow>(
      `DELETE FROM upload_session WHERE id = $1 RETURNING ${columns}`,
      [id],
    );
    return row;
  }

  async expired(limit: number): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      'SELECT id FROM upload_session WHERE expiry_time <= now() ORDER BY expiry_time LIMIT $1',
      [limit],
    );
    return rows.map(({ id }) => id);
  }

  /** Sessions that a request writes to now, that wait for one, and that have expired; bytes of them all. */
  async figures(): Promise<{ writing: number; open: number; expired: number; bytes: number }> {
    const [row] = await this.database.query<{ writing: number; open: number; expired: number; bytes: number }>(
      `SELECT count(*) FILTER (WHERE live AND busy)::int AS writing, count(*) FILTER (WHERE live AND NOT busy)::int AS open,
              count(*) FILTER (WHERE NOT live)::int AS expired, coalesce(sum(received_bytes), 0)::bigint AS bytes
       FROM (SELECT received_bytes, expiry_time > now() AS live,
                    writer IS NOT NULL AND writer_time >= now() - interval '${writerTimeout}' AS busy FROM upload_session) s`,
    );
    return row ?? { writing: 0, open: 0, expired: 0, bytes: 0 };
  }

  /** Null when the project is unlimited. */
  async room(projectId: number): Promise<Room | null> {
    const [row] = await this.database.prepared<{ room: Room | null }>(`SELECT ${roomOf('$1')}`, [projectId]);
    return row?.room ?? null;
  }
}
