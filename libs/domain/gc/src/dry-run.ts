import { Database } from '@breakwater/platform';
import { SettingsService } from '@breakwater/settings';
import { Injectable } from '@nestjs/common';
import type { GarbageRun } from './garbage-run';
import { artifactIsUntagged, blobIsReferenced, isOlderThan, needsBlob } from './references';
import { UntaggedArtifacts } from './untagged-artifacts';
import { UnusedManifests } from './unused-manifests';

/** Untagged artifacts, but for those that retention keeps. */
const goes = `${artifactIsUntagged} AND ${isOlderThan('a.push_time', '$1')} AND a.id <> ALL($2::bigint[])`;

/** Once untagged artifacts are gone. The parts of an untagged index go in later passes, and count as kept. */
const isStillReferenced = needsBlob(`NOT (${goes})`);

interface Count {
  count: number;
  bytes: number;
}

/** Counts what a collection would remove, each blob once, however many would let go of it. */
@Injectable()
export class DryRun {
  constructor(
    private readonly database: Database,
    private readonly settings: SettingsService,
    private readonly untaggedArtifacts: UntaggedArtifacts,
    private readonly manifests: UnusedManifests,
  ) {}

  /** The result's attributes. */
  async count(run: GarbageRun): Promise<Record<string, unknown>> {
    const { deleteUntagged, windowSeconds } = run.options;
    const unused = await this.manifests.count(windowSeconds);
    const blobs = await this.unreferenced(blobIsReferenced, [windowSeconds]);
    const result = deleteUntagged ? await this.withUntagged(run, { blobs, unused }) : attributes(blobs, unused);
    run.log(
      `${result.purged_blobs} blobs and ${result.purged_manifests} manifests would be removed, ${result.freed_space} bytes`,
    );
    return result;
  }

  /** Deleted artifacts can be restored for a while: what only they need comes free when it is over. */
  private async withUntagged(run: GarbageRun, now: { blobs: Count; unused: Count }): Promise<Attributes> {
    const kept = await this.untaggedArtifacts.kept(run);
    const parameters = [run.options.windowSeconds, kept];
    const blobs = await this.unreferenced(isStillReferenced, parameters);
    const untagged = await this.untagged(parameters);
    const artifacts = await this.artifacts(parameters);
    run.log(`${artifacts} untagged artifacts would be deleted, retention keeps ${kept.length}`);
    const all = attributes(blobs, add(now.unused, untagged));
    const { artifact_restore_window_days: days } = await this.settings.get();
    if (days === 0) return { ...all, untagged_artifacts: artifacts };
    const atOnce = attributes(now.blobs, now.unused);
    const later = all.freed_space - atOnce.freed_space;
    run.log(`${later} bytes more would come free when they can no longer be restored, in ${days} days`);
    return { ...atOnce, untagged_artifacts: artifacts, restorable_space: later };
  }

  private unreferenced(isReferenced: string, parameters: unknown[]): Promise<Count> {
    return this.one(
      `SELECT count(*)::int AS count, coalesce(sum(b.size), 0)::bigint AS bytes FROM blob b
       WHERE b.status <> 'deleting' AND ${isOlderThan('b.update_time', '$1')} AND NOT ${isReferenced}`,
      parameters,
    );
  }

  /** Manifests are shared between projects: each counts once, and only if nobody else has it. */
  private untagged(parameters: unknown[]): Promise<Count> {
    return this.one(
      `SELECT count(*)::int AS count, coalesce(sum(m.size), 0)::bigint AS bytes FROM manifest m
       WHERE EXISTS (SELECT FROM artifact a WHERE a.digest = m.digest)
         AND NOT EXISTS (SELECT FROM artifact a WHERE a.digest = m.digest AND NOT (${goes}))`,
      parameters,
    );
  }

  private async artifacts(parameters: unknown[]): Promise<number> {
    const { count } = await this.one(`SELECT count(*)::int AS count FROM artifact a WHERE ${goes}`, parameters);
    return count;
  }

  private async one(sql: string, parameters: unknown[]): Promise<Count> {
    const [row] = await this.database.query<Count>(sql, parameters);
    return row ?? { count: 0, bytes: 0 };
  }
}

interface Attributes extends Record<string, unknown> {
  freed_space: number;
  purged_blobs: number;
  purged_manifests: number;
}

function attributes(blobs: Count, manifests: Count): Attributes {
  return {
    freed_space: blobs.bytes + manifests.bytes,
    purged_blobs: blobs.count,
    purged_manifests: manifests.count,
  };
}

function add(one: Count, other: Count): Count {
  return { count: one.count + other.count, bytes: one.bytes + other.bytes };
}
