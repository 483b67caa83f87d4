import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { GarbageRun } from './garbage-run';
import { artifactIsUntagged, blobIsReferenced, isOlderThan, needsBlob } from './references';
import { UnusedManifests } from './unused-manifests';

const goes = `${artifactIsUntagged} AND ${isOlderThan('a.push_time', '$1')}`;

/** Once untagged artifacts are gone. The parts of an untagged index go in later passes, and count as kept. */
const isStillReferenced = needsBlob(`NOT (${goes})`);

/** Counts what a collection would remove, each blob once, however many would let go of it. */
@Injectable()
export class DryRun {
  constructor(
    private readonly database: Database,
    private readonly manifests: UnusedManifests,
  ) {}

  /** The result's attributes. */
  async count(run: GarbageRun): Promise<Record<string, unknown>> {
    const { windowSeconds, deleteUntagged } = run.options;
    const blobs = await this.blobs(windowSeconds, deleteUntagged);
    const unused = await this.manifests.count(windowSeconds);
    const untagged = deleteUntagged ? await this.untagged(windowSeconds) : { manifests: 0, bytes: 0 };
    run.log(`${blobs.count} blobs of ${blobs.bytes} bytes would be removed`);
    if (deleteUntagged) run.log(`${untagged.manifests} untagged artifacts would be deleted`);
    run.log(`${unused.manifests + untagged.manifests} manifests would be removed`);
    return {
      freed_space: blobs.bytes + unused.bytes + untagged.bytes,
      purged_blobs: blobs.count,
      purged_manifests: unused.manifests + untagged.manifests,
    };
  }

  private async blobs(windowSeconds: number, deleteUntagged: boolean): Promise<{ count: number; bytes: number }> {
    const [row] = await this.database.query<{ count: number; bytes: number }>(
      `SELECT count(*)::int AS count, coalesce(sum(b.size), 0)::bigint AS bytes FROM blob b
       WHERE b.status <> 'deleting' AND ${isOlderThan('b.update_time', '$1')} AND NOT ${deleteUntagged ? isStillReferenced : blobIsReferenced}`,
      [windowSeconds],
    );
    return row ?? { count: 0, bytes: 0 };
  }

  /** Manifests are shared between projects: each counts once, and only if nobody else has it. */
  private async untagged(windowSeconds: number): Promise<{ manifests: number; bytes: number }> {
    const [row] = await this.database.query<{ manifests: number; bytes: number }>(
      `SELECT count(*)::int AS manifests, coalesce(sum(m.size), 0)::bigint AS bytes FROM manifest m
       WHERE EXISTS (SELECT FROM artifact a WHERE a.digest = m.digest)
         AND NOT EXISTS (SELECT FROM artifact a WHERE a.digest = m.digest AND NOT (${goes}))`,
      [windowSeconds],
    );
    return row ?? { manifests: 0, bytes: 0 };
  }
}
