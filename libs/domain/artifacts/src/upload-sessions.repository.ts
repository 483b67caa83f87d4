import type { DigestAlgorithm } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';

export interface UploadSessionRow {
  id: string;
  projectId: number;
  repositoryName: string;
  receivedBytes: number;
  algorithm: DigestAlgorithm;
  digestSoFar: string | null;
  storageState: string | null;
}

const columns = `id, project_id AS "projectId", repository_name AS "repositoryName", received_bytes AS "receivedBytes",
  algorithm, digest_so_far AS "digestSoFar", storage_state AS "storageState"`;

/** A writer that has not renewed its claim for this long is taken for dead. */
const writerTimeout = '30 seconds';

@Injectable()
export class UploadSessionsRepository {
  constructor(private readonly database: Database) {}

  async insert(session: UploadSessionRow, ttlSeconds: number): Promise<void> {
    await this.database.query(
      `INSERT INTO upload_session (id, project_id, repository_name, algorithm, digest_so_far, storage_state, expiry_time)
       VALUES ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))`,
      [
        session.id,
        session.projectId,
        session.repositoryName,
        session.algorithm,
        session.digestSoFar,
        session.storageState,
        ttlSeconds,
      ],
    );
  }

  /** A session of that repository; one of another repository does not exist for it. */
  async find(id: string, repositoryName: string): Promise<UploadSessionRow | undefined> {
    const [row] = await this.database.query<UploadSessionRow>(
      `SELECT ${columns} FROM upload_session WHERE id = $1 AND repository_name = $2 AND expiry_time > now()`,
      [id, repositoryName],
    );
    return row;
  }

  /** Makes `writer` the only one who may write. Undefined while somebody else is writing, or when the session is gone. */
  async claim(id: string, repositoryName: string, writer: string): Promise<UploadSessionRow | undefined> {
    const [row] = await this.database.query<UploadSessionRow>(
      `UPDATE upload_session SET writer = $3, writer_time = now()
       WHERE id = $1 AND repository_name = $2 AND expiry_time > now() AND (writer IS NULL OR writer_time < now() - interval '${writerTimeout}') RETURNING ${columns}`,
      [id, repositoryName, writer],
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
    const rows = await this.database.query(
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

  /** Limit, use and bytes of unfinished uploads of a project; undefined when it is unlimited. */
  async room(projectId: number): Promise<{ hard: number; used: number; pending: number } | undefined> {
    const [row] = await this.database.query<{ hard: number; used: number; pending: number }>(
      `SELECT q.hard, q.used, (SELECT coalesce(sum(received_bytes), 0)::bigint FROM upload_session u WHERE u.project_id = q.project_id) AS pending
       FROM quota q WHERE q.project_id = $1 AND q.hard >= 0`,
      [projectId],
    );
    return row;
  }
}
