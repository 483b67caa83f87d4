import { ArtifactPurgeService, type Purged } from '@breakwater/artifacts';
import type { JobContext, JobHandler } from '@breakwater/executions';
import { Injectable } from '@nestjs/common';
import { HandlesJob } from '../engine/handles-job';

/** As histories show who did it. */
const actor = { name: 'jobservice', address: '', userAgent: '' };

@Injectable()
@HandlesJob('ARTIFACT_PURGE')
export class ArtifactPurgeJob implements JobHandler<'ARTIFACT_PURGE'> {
  constructor(private readonly purges: ArtifactPurgeService) {}

  /** A project's batch after another. What is purged is not found again, so a run that was cut off leaves off nowhere. */
  async run(_payload: unknown, context: JobContext): Promise<void> {
    const total: Purged = { artifacts: 0, freedBytes: 0 };
    for (;;) {
      context.signal.throwIfAborted();
      const projectId = await this.purges.nextDueProject();
      if (projectId === undefined) break;
      const { artifacts, freedBytes } = await this.purgeBatch(projectId, context);
      total.artifacts += artifacts;
      total.freedBytes += freedBytes;
      context.log(`project ${projectId}: ${artifacts} artifacts purged, its quota counts ${freedBytes} bytes less`);
      context.progress(shown(total));
    }
    context.result(shown(total));
  }

  private async purgeBatch(projectId: number, context: JobContext): Promise<Purged> {
    let purged: Purged = { artifacts: 0, freedBytes: 0 };
    await context.advance(null, async () => {
      purged = await this.purges.purgeDue(projectId, actor);
    });
    return purged;
  }
}

const shown = ({ artifacts, freedBytes }: Purged) => ({ purged_artifacts: artifacts, freed_quota_bytes: freedBytes });
