import type { EventActor } from '@breakwater/contracts';
import { Outbox } from '@breakwater/events';
import { Injectable } from '@nestjs/common';
import { unknownDeleted } from './artifact-restore.service';
import { DeletedArtifactsRepository, type DeletedArtifactRow } from './deleted-artifacts.repository';
import { ProjectChanges } from '../usage/project-changes';
import { ProjectUsageRepository } from '../usage/project-usage.repository';

/** Artifacts purged in one transaction: pushes of the project wait for it. */
const batchSize = 200;

export interface Purged {
  artifacts: number;
  /** Bytes that the project's quota counts no more; garbage collection frees those that nothing else needs. */
  freedBytes: number;
}

/** Deleted artifacts go for good: when their time is over, or somebody needs the room. */
@Injectable()
export class ArtifactPurgeService {
  constructor(
    private readonly changes: ProjectChanges,
    private readonly deleted: DeletedArtifactsRepository,
    private readonly usage: ProjectUsageRepository,
    private readonly outbox: Outbox,
  ) {}

  /** A project that has artifacts whose time is over. */
  nextDueProject(): Promise<number | undefined> {
    return this.deleted.nextDueProject();
  }

  /** A batch of the project's artifacts whose time is over, in one transaction. Throws NOT_FOUND without the project. */
  purgeDue(projectId: number, actor: EventActor): Promise<Purged> {
    return this.purgeBatch(projectId, { due: true }, actor);
  }

  /** A batch of what can be restored of the project, in one transaction. Throws NOT_FOUND without the project. */
  purgeSome(projectId: number, actor: EventActor): Promise<Purged> {
    return this.purgeBatch(projectId, { all: true }, actor);
  }

  /** Throws NOT_FOUND. */
  async purgeOne(projectId: number, repository: string, digest: string, actor: EventActor): Promise<Purged> {
    const purged = await this.purgeBatch(projectId, { repository, digest }, actor);
    if (purged.artifacts === 0) throw unknownDeleted(repository, digest);
    return purged;
  }

  /** All of the project that can be restored, batch after batch. */
  async purgeAll(projectId: number, actor: EventActor): Promise<Purged> {
    const total: Purged = { artifacts: 0, freedBytes: 0 };
    for (;;) {
      const { artifacts, freedBytes } = await this.purgeSome(projectId, actor);
      if (artifacts === 0) return total;
      total.artifacts += artifacts;
      total.freedBytes += freedBytes;
    }
  }

  private purgeBatch(
    projectId: number,
    which: Parameters<DeletedArtifactsRepository['pick']>[1],
    actor: EventActor,
  ): Promise<Purged> {
    return this.changes.inProject(projectId, async (quota) => {
      const ids = await this.deleted.pick(projectId, which, batchSize);
      if (ids.length === 0) return { artifacts: 0, freedBytes: 0 };
      const freedBytes = await this.usage.release(projectId, ids);
      const purged = await this.deleted.forget(ids);
      await this.changes.count(quota, -freedBytes);
      for (const artifact of purged) await this.announce(artifact, actor);
      return { artifacts: purged.length, freedBytes };
    });
  }

  private async announce(artifact: DeletedArtifactRow, actor: EventActor): Promise<void> {
    await this.outbox.add({
      topic: 'artifact.purged',
      key: artifact.repositoryName,
      payload: {
        projectId: artifact.projectId,
        repository: artifact.repositoryName,
        actor,
        artifactId: artifact.id,
        digest: artifact.digest,
        artifactType: artifact.artifactType,
      },
    });
  }
}
