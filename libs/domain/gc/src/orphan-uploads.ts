import { Database, STORAGE_KEEPER, type StorageKeeper } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { GarbageRun } from './garbage-run';

const batch = 500;
/** An upload in one request has no session, and storage may date it by its beginning. */
const leastAgeSeconds = 24 * 3_600;

/** Cancels uploads that lie in storage without a session: nobody can go on with them. */
@Injectable()
export class OrphanUploads {
  constructor(
    private readonly database: Database,
    @Inject(STORAGE_KEEPER) private readonly keeper: StorageKeeper,
  ) {}

  async cancel(run: GarbageRun): Promise<void> {
    const oldest = new Date(Date.now() - Math.max(leastAgeSeconds, run.options.windowSeconds) * 1_000);
    let ids: string[] = [];
    for await (const { id, modified } of this.keeper.walkUploads()) {
      run.signal.throwIfAborted();
      if (modified < oldest) ids.push(id);
      if (ids.length < batch) continue;
      await this.cancelOrphans(run, ids);
      ids = [];
    }
    await this.cancelOrphans(run, ids);
    run.log(`cancelled ${run.totals.uploads} uploads without a session`);
  }

  private async cancelOrphans(run: GarbageRun, ids: string[]): Promise<void> {
    if (ids.length === 0) return;
    const orphans = await this.database.query<{ id: string }>(
      'SELECT id FROM unnest($1::uuid[]) AS u(id) WHERE NOT EXISTS (SELECT FROM upload_session s WHERE s.id = u.id)',
      [ids],
    );
    await this.keeper.cancelUploads(orphans.map(({ id }) => id));
    await run.step({}, () => Promise.resolve({ uploads: orphans.length }));
    run.show({});
  }
}
