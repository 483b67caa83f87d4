import { ProjectChanges } from '@breakwater/artifacts';
import { AppError } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { GarbageRun } from './garbage-run';
import { isOlderThan, linkIsReferenced } from './references';

interface Holder {
  id: number;
  name: string;
}

const batch = 100;
const linksAtOnce = 5_000;

const isStale = `${isOlderThan('rb.creation_time', '$2')} AND ${isOlderThan('b.update_time', '$2')} AND NOT ${linkIsReferenced}`;

/** Takes blobs out of repositories whose last artifact with them is gone: they can no longer be pulled from there. */
@Injectable()
export class StaleLinks {
  constructor(
    private readonly database: Database,
    private readonly changes: ProjectChanges,
  ) {}

  async remove(run: GarbageRun): Promise<void> {
    for (let holders = await this.find(run); holders.length > 0; holders = await this.find(run)) {
      for (const { id, name } of holders) await run.step({ after: String(id) }, () => this.removeFrom(id, name, run));
      run.show({});
    }
    run.log(`took ${run.totals.links} blobs out of repositories that need them no more`);
  }

  private find(run: GarbageRun): Promise<Holder[]> {
    return this.database.query<Holder>(
      `SELECT r.id, r.name FROM repository r WHERE r.id > $1 AND EXISTS (
         SELECT FROM repository_blob rb JOIN blob b ON b.id = rb.blob_id WHERE rb.repository_id = r.id AND ${isStale})
       ORDER BY r.id LIMIT $3`,
      [Number(run.after), run.options.windowSeconds, batch],
    );
  }

  /** Under the project's lock no manifest is pushed; under the blobs' no client is told that they are here. */
  private async removeFrom(id: number, name: string, run: GarbageRun): Promise<{ links: number }> {
    try {
      return await this.changes.inRepository(name, async () => {
        const locked = await this.database.query<{ id: number }>(
          `SELECT b.id FROM repository_blob rb JOIN blob b ON b.id = rb.blob_id
           WHERE rb.repository_id = $1 AND ${isStale} ORDER BY b.id LIMIT $3 FOR NO KEY UPDATE OF b SKIP LOCKED`,
          [id, run.options.windowSeconds, linksAtOnce],
        );
        const rows = await this.database.query(
          `DELETE FROM repository_blob rb WHERE rb.repository_id = $1 AND rb.blob_id = ANY($2) AND NOT ${linkIsReferenced} RETURNING 1`,
          [id, locked.map((blob) => blob.id)],
        );
        return { links: rows.length };
      });
    } catch (error) {
      if (error instanceof AppError && error.code === 'NAME_UNKNOWN') return { links: 0 };
      throw error;
    }
  }
}
