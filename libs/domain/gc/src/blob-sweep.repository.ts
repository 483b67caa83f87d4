import { removalTimeout } from '@breakwater/artifacts';
import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { blobIsReferenced, isOlderThan } from './references';

/** A blob that this collection owns: its row is `deleting`, at this version. */
export interface TakenBlob {
  id: number;
  version: number;
  digest: string;
  size: number;
  storageKey: string | null;
}

/** What a collection saw of a blob: any promise made since has raised the version. */
export interface Candidate {
  id: number;
  version: number;
}

/** Live or half removed, and nobody was told of it within the window; or left `deleting` by a collector that died. */
const isCollectable = (window: string) => `(
  (b.status IN ('none', 'deletefailed') AND ${isOlderThan('b.update_time', window)})
  OR (b.status = 'deleting' AND b.update_time < now() - interval '${removalTimeout}'))`;

const isGarbage = (window: string) => `${isCollectable(window)} AND NOT ${blobIsReferenced}`;

/** Every change is a compare-and-set on `status` and `version` (management-platform.md section 4.4, ADR 0021). */
@Injectable()
export class BlobSweepRepository {
  constructor(private readonly database: Database) {}

  async garbage(windowSeconds: number): Promise<{ blobs: number; bytes: number }> {
    const [row] = await this.database.query<{ blobs: number; bytes: number }>(
      `SELECT count(*)::int AS blobs, coalesce(sum(size), 0)::bigint AS bytes FROM blob b WHERE ${isGarbage('$1')}`,
      [windowSeconds],
    );
    return row ?? { blobs: 0, bytes: 0 };
  }

  /** Garbage with a greater id, the next `limit` of it. */
  next(after: number, limit: number, windowSeconds: number): Promise<Candidate[]> {
    return this.database.query<Candidate>(
      `SELECT b.id, b.version FROM blob b WHERE b.id > $2 AND ${isGarbage('$1')} ORDER BY b.id LIMIT $3`,
      [windowSeconds, after, limit],
    );
  }

  /** Repositories from which the blobs can still be pulled. */
  async repositoriesWith(ids: number[]): Promise<string[]> {
    const rows = await this.database.query<{ name: string }>(
      `SELECT DISTINCT r.name FROM repository_blob rb JOIN repository r ON r.id = rb.repository_id WHERE rb.blob_id = ANY($1)`,
      [ids],
    );
    return rows.map(({ name }) => name);
  }

  /**
   * Takes those of the blobs that still nothing needs: from now on nobody is told that they exist, and pushes of the same
   * digest wait. Rows are locked first, and a statement of its own looks then: a promise made before the lock is seen,
   * one made after it finds `deleting`. Those that somebody holds, or was told of meanwhile, are passed over.
   */
  take(candidates: readonly Candidate[]): Promise<TakenBlob[]> {
    return this.database.transaction(async () => {
      const locked = await this.lock(candidates);
      const taken = await this.database.query<TakenBlob>(
        `UPDATE blob b SET status = 'deleting', version = version + 1, update_time = now()
         WHERE b.id = ANY($1) AND NOT ${blobIsReferenced}
         RETURNING b.id, b.version, b.digest, b.size, b.storage_key AS "storageKey"`,
        [locked],
      );
      const blobIds = taken.map(({ id }) => id);
      await this.release(locked, new Set(blobIds));
      await this.remember(taken.map(({ digest }) => digest));
      await this.database.query('DELETE FROM repository_blob WHERE blob_id = ANY($1)', [blobIds]);
      return taken;
    });
  }

  /** After the bytes. Returns what went; a blob that somebody took over stays. */
  async remove(blobs: readonly TakenBlob[]): Promise<{ blobs: number; freed: number }> {
    const rows = await this.database.query<{ size: number }>(
      `DELETE FROM blob b USING unnest($1::bigint[], $2::int[]) AS t(id, version)
       WHERE b.id = t.id AND b.version = t.version AND b.status = 'deleting' RETURNING b.size`,
      [blobs.map(({ id }) => id), blobs.map(({ version }) => version)],
    );
    return { blobs: rows.length, freed: rows.reduce((sum, { size }) => sum + size, 0) };
  }

  /** Storage has said that it did not remove them, and is not about to. */
  async fail(blobs: readonly TakenBlob[]): Promise<void> {
    await this.database.query(
      `UPDATE blob b SET status = 'deletefailed', version = b.version + 1, update_time = now()
       FROM unnest($1::bigint[], $2::int[]) AS t(id, version)
       WHERE b.id = t.id AND b.version = t.version AND b.status = 'deleting'`,
      [blobs.map(({ id }) => id), blobs.map(({ version }) => version)],
    );
  }

  /** Removals so old that no push can have begun before them. */
  async forgetRemovals(): Promise<void> {
    await this.database.query(`DELETE FROM blob_removal WHERE time < now() - interval '7 days'`);
  }

  /** For pushes that had claimed the blob before (ADR 0021). */
  async remember(digests: string[]): Promise<void> {
    await this.database.query(
      `INSERT INTO blob_removal (digest, removal) SELECT digest, gen_random_uuid() FROM unnest($1::varchar[]) AS d(digest)
       ON CONFLICT (digest) DO UPDATE SET removal = gen_random_uuid(), time = now()`,
      [digests],
    );
  }

  /**
   * The transaction's commit does not wait for stable storage. Only for the end of removals: were it lost in a power cut, the
   * rows would be `deleting` as before, and the next collection finish them. What takes them must be durable.
   */
  async endQuickly(): Promise<void> {
    await this.database.query('SET LOCAL synchronous_commit = off');
  }

  /** Those that a collector died over, and something needs after all: nobody knows whether their bytes are there. */
  private async release(locked: readonly number[], taken: ReadonlySet<number>): Promise<void> {
    const needed = locked.filter((id) => !taken.has(id));
    if (needed.length === 0) return;
    await this.database.query(
      `UPDATE blob SET status = 'deletefailed', version = version + 1 WHERE id = ANY($1) AND status = 'deleting'`,
      [needed],
    );
  }

  private async lock(candidates: readonly Candidate[]): Promise<number[]> {
    const rows = await this.database.query<{ id: number }>(
      `SELECT b.id FROM blob b JOIN unnest($1::bigint[], $2::int[]) AS c(id, version) ON b.id = c.id AND b.version = c.version
       ORDER BY b.id FOR UPDATE OF b SKIP LOCKED`,
      [candidates.map(({ id }) => id), candidates.map(({ version }) => version)],
    );
    return rows.map(({ id }) => id);
  }
}
