import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { TakenBlob } from './blob-sweep.repository';
import { blobIsReferenced } from './references';

export interface ScrubbedBlob extends TakenBlob {
  status: string;
}

const columns = 'id, version, digest, size, status, storage_key AS "storageKey"';

@Injectable()
export class ScrubRepository {
  constructor(private readonly database: Database) {}

  next(after: number, limit: number): Promise<ScrubbedBlob[]> {
    return this.database.query<ScrubbedBlob>(
      `SELECT ${columns} FROM blob WHERE id > $1 AND status <> 'deleting' ORDER BY id LIMIT $2`,
      [after, limit],
    );
  }

  async total(): Promise<{ blobs: number; bytes: number }> {
    const [row] = await this.database.query<{ blobs: number; bytes: number }>(
      'SELECT count(*)::int AS blobs, coalesce(sum(size), 0)::bigint AS bytes FROM blob',
    );
    return row ?? { blobs: 0, bytes: 0 };
  }

  /** `deleting`: nobody is told that it exists and no push brings it, until it is settled. Undefined: it is going, or gone. */
  async isolate(id: number): Promise<ScrubbedBlob | undefined> {
    const [row] = await this.database.query<ScrubbedBlob>(
      `UPDATE blob SET status = 'deleting', version = version + 1, update_time = now()
       WHERE id = $1 AND status <> 'deleting' RETURNING ${columns}`,
      [id],
    );
    return row;
  }

  /** False: it took too long, and somebody else took over. */
  async settle({ id, version }: TakenBlob, status: 'deleting' | 'none' | 'deletefailed'): Promise<boolean> {
    const rows = await this.database.query(
      `UPDATE blob SET status = $3, update_time = now() WHERE id = $1 AND version = $2 AND status = 'deleting' RETURNING 1`,
      [id, version, status],
    );
    return rows.length === 1;
  }

  /** Its bytes are whole after all: an artifact's blob is relied on again. */
  async revive({ id, version }: TakenBlob): Promise<void> {
    await this.database.query(
      `UPDATE blob b SET status = 'none', version = version + 1
       WHERE id = $1 AND version = $2 AND status = 'deletefailed' AND ${blobIsReferenced}`,
      [id, version],
    );
  }
}
