import type { JobContext } from '@breakwater/executions';
import { Injectable } from '@nestjs/common';
import { BlobPhases } from './blob-phases';
import { Brakes } from './brakes';
import { DryRun } from './dry-run';
import { phases, type GarbageOptions, type Phase } from './garbage';
import { GarbageRun } from './garbage-run';
import { OrphanUploads } from './orphan-uploads';
import { UntaggedArtifacts } from './untagged-artifacts';
import { UnusedManifests } from './unused-manifests';

/** Removes what nothing needs, while pushes and pulls go on. One collection at a time (the job is exclusive). */
@Injectable()
export class GarbageCollector {
  private readonly work: Record<Phase, (run: GarbageRun) => Promise<void>>;

  constructor(
    private readonly brakes: Brakes,
    private readonly dryRun: DryRun,
    blobs: BlobPhases,
    untagged: UntaggedArtifacts,
    manifests: UnusedManifests,
    uploads: OrphanUploads,
  ) {
    this.work = {
      untagged: async (run) => (run.options.deleteUntagged ? untagged.remove(run) : undefined),
      links: blobs.links,
      sweep: blobs.sweep,
      manifests: (run) => manifests.remove(run),
      uploads: (run) => uploads.cancel(run),
      done: blobs.done,
    };
  }

  /** Throws PRECONDITION while the system is read-only, and what `context.signal` says. */
  async collect(options: GarbageOptions, context: JobContext): Promise<void> {
    const run = new GarbageRun(options, context);
    await this.brakes.check();
    if (options.dryRun) return context.result(await this.dryRun.count(run));
    for (const phase of phases.slice(phases.indexOf(run.phase))) {
      if (phase !== run.phase) await run.enter(phase);
      await this.brakes.check();
      run.show({});
      await this.work[phase](run);
    }
    const { freed, blobs, manifests } = run.totals;
    context.result({ freed_space: freed, purged_blobs: blobs, purged_manifests: manifests });
  }
}
