import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { GarbageRun } from './garbage-run';
import { isOlderThan, manifestIsReferenced } from './references';

const batch = 500;

/** Removes the bytes of manifests that no artifact has any more. */
@Injectable()
export class UnusedManifests {
  constructor(private readonly database: Database) {}

  async remove(run: GarbageRun): Promise<void> {
    for (let last: string | undefined = run.after; last !== undefined;) {
      const found = await this.find(last, run.options.windowSeconds);
      last = found.at(-1);
      if (last !== undefined) await run.step({ after: last }, () => this.removeUnused(found));
      run.show({});
    }
    run.log(`removed ${run.totals.manifests} manifests that nothing needs`);
  }

  /** What a dry run counts. */
  async count(windowSeconds: number): Promise<{ count: number; bytes: number }> {
    const [row] = await this.database.query<{ count: number; bytes: number }>(
      `SELECT count(*)::int AS count, coalesce(sum(m.size), 0)::bigint AS bytes FROM manifest m
       WHERE ${isOlderThan('m.creation_time', '$1')} AND NOT ${manifestIsReferenced}`,
      [windowSeconds],
    );
    return row ?? { count: 0, bytes: 0 };
  }

  private async find(after: string, windowSeconds: number): Promise<string[]> {
    const rows = await this.database.query<{ digest: string }>(
      `SELECT m.digest FROM manifest m WHERE m.digest > $1 AND ${isOlderThan('m.creation_time', '$2')}
         AND NOT ${manifestIsReferenced} ORDER BY m.digest LIMIT $3`,
      [after, windowSeconds, batch],
    );
    return rows.map(({ digest }) => digest);
  }

  /** A push locks the row before it writes its artifact: it is passed over here, or seen by the second statement. */
  private async removeUnused(digests: string[]): Promise<{ manifests: number; freed: number }> {
    const locked = await this.database.query<{ digest: string }>(
      'SELECT digest FROM manifest WHERE digest = ANY($1) ORDER BY digest FOR UPDATE SKIP LOCKED',
      [digests],
    );
    const rows = await this.database.query<{ size: number }>(
      `DELETE FROM manifest m WHERE m.digest = ANY($1) AND NOT ${manifestIsReferenced} RETURNING m.size`,
      [locked.map(({ digest }) => digest)],
    );
    return { manifests: rows.length, freed: rows.reduce((sum, { size }) => sum + size, 0) };
  }
}
