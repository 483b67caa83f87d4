import { ArtifactDeletionService, ProjectChanges } from '@breakwater/artifacts';
import { AppError } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import { UntaggedRetention, type KeptUntagged, type UntaggedArtifact } from '@breakwater/retention';
import { Injectable } from '@nestjs/common';
import type { GarbageRun } from './garbage-run';
import { artifactIsUntagged, isOlderThan } from './references';

interface FoundArtifact extends UntaggedArtifact {
  digest: string;
}

const batch = 100;
/** Indexes of indexes are rarely deeper. */
const mostPasses = 5;
const actor = { name: 'garbage-collection', address: '', userAgent: '' };

/** Deletes artifacts that nobody can find by a tag any more, as a user would delete them. */
@Injectable()
export class UntaggedArtifacts {
  constructor(
    private readonly database: Database,
    private readonly changes: ProjectChanges,
    private readonly deletion: ArtifactDeletionService,
    private readonly retention: UntaggedRetention,
  ) {}

  /** In passes: what an index listed is untagged when the index is gone. What is pushed meanwhile waits for the next time. */
  async remove(run: GarbageRun): Promise<void> {
    const newest = await this.newest();
    const kept = this.retention.judge(run.signal);
    for (let [pass, before] = [0, -1]; pass < mostPasses && run.totals.artifacts !== before; pass++) {
      before = run.totals.artifacts;
      await this.pass(run, newest, kept);
      await run.step({ after: '' });
    }
    run.log(`deleted ${run.totals.artifacts} untagged artifacts`);
  }

  /** Ids of those that are old enough to go, and that retention keeps. For a dry run. */
  async kept(run: GarbageRun): Promise<number[]> {
    const [newest, kept] = [await this.newest(), this.retention.judge(run.signal)];
    const ids: number[] = [];
    for (let after = 0; ;) {
      const found = await this.find(run, { after, newest });
      const keptHere = await kept(found);
      ids.push(...found.map(({ id }) => id).filter((id) => keptHere.has(id)));
      const last = found.at(-1);
      if (!last) return ids;
      after = last.id;
    }
  }

  private async newest(): Promise<number> {
    const [row] = await this.database.query<{ id: number }>('SELECT coalesce(max(id), 0)::bigint AS id FROM artifact');
    return row?.id ?? 0;
  }

  private async pass(run: GarbageRun, newest: number, kept: KeptUntagged): Promise<void> {
    const next = () => this.find(run, { after: Number(run.after), newest });
    for (let found = await next(); found.length > 0; found = await next()) {
      const keptHere = await kept(found);
      for (const artifact of found) {
        if (!keptHere.has(artifact.id)) await this.delete(run, artifact);
      }
      await run.step({ after: String(found.at(-1)?.id) });
      run.show({ untagged_artifacts: run.totals.artifacts });
    }
  }

  private find(run: GarbageRun, { after, newest }: { after: number; newest: number }): Promise<FoundArtifact[]> {
    return this.database.query<FoundArtifact>(
      `SELECT a.id, a.project_id AS "projectId", r.name AS repository, a.digest FROM artifact a JOIN repository r ON r.id = a.repository_id
       WHERE a.id > $1 AND a.id <= $4 AND ${isOlderThan('a.push_time', '$2')} AND ${artifactIsUntagged} ORDER BY a.id LIMIT $3`,
      [after, run.options.windowSeconds, batch, newest],
    );
  }

  private async delete(run: GarbageRun, { id, repository, digest }: FoundArtifact): Promise<void> {
    try {
      await run.step({}, () =>
        // Under the project's lock, for it may have been given a tag since.
        this.changes.inRepository(repository, async () => {
          if (!(await this.isStillUntagged(id))) return { artifacts: 0 };
          await this.deletion.delete(repository, digest, actor);
          return { artifacts: 1 };
        }),
      );
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      run.log(`kept ${repository}@${digest}: ${error.message}`);
    }
  }

  private async isStillUntagged(id: number): Promise<boolean> {
    const rows = await this.database.query(`SELECT 1 FROM artifact a WHERE a.id = $1 AND ${artifactIsUntagged}`, [id]);
    return rows.length === 1;
  }
}
