import type { EventActor } from '@breakwater/contracts';
import { Outbox } from '@breakwater/events';
import { AppError } from '@breakwater/kernel';
import { Injectable } from '@nestjs/common';
import { artifactEvent } from '../artifact/artifact-event';
import { DeletedArtifactsRepository, type RestorableArtifact } from './deleted-artifacts.repository';
import { ProjectChanges } from '../usage/project-changes';
import type { RepositoryRow } from '../repository/repositories.repository';
import { TagsRepository } from '../tags/tags.repository';

export interface RestoredArtifact {
  id: number;
  digest: string;
  /** Tags that it has again. */
  tags: string[];
  /** Tags that point to something else by now, and stay there. */
  takenTags: string[];
}

/** Deleted artifacts come back as they were (ADR 0022). */
@Injectable()
export class ArtifactRestoreService {
  constructor(
    private readonly changes: ProjectChanges,
    private readonly deleted: DeletedArtifactsRepository,
    private readonly tags: TagsRepository,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Restores the artifact, the children that its index needs and the accessories that went with it or after it; it comes
   * first in the answer. A tag that was taken meanwhile is left where it is, so no immutable tag is ever overwritten.
   * Throws NOT_FOUND, PRECONDITION when something that it needs was purged, DENIED when it does not fit the quota.
   */
  restore(projectId: number, repository: string, digest: string, actor: EventActor): Promise<RestoredArtifact[]> {
    return this.putBack({ projectId, repository, digest }, actor, (row, artifacts) =>
      this.giveTagsBack(row, artifacts, actor),
    );
  }

  /** The same, with no tags: all that they had are among `takenTags`. */
  restoreUntagged(
    projectId: number,
    repository: string,
    digest: string,
    actor: EventActor,
  ): Promise<RestoredArtifact[]> {
    const untagged = (artifacts: readonly RestorableArtifact[]): RestoredArtifact[] =>
      artifacts.map(({ id, digest: own, tags }) => ({ id, digest: own, tags: [], takenTags: tags }));
    return this.putBack({ projectId, repository, digest }, actor, (_row, artifacts) =>
      Promise.resolve(untagged(artifacts)),
    );
  }

  private putBack(
    { projectId, repository, digest }: { projectId: number; repository: string; digest: string },
    actor: EventActor,
    tag: (row: RepositoryRow, artifacts: RestorableArtifact[]) => Promise<RestoredArtifact[]>,
  ): Promise<RestoredArtifact[]> {
    return this.changes.inRestoredRepository({ projectId, repository }, async (row, quota) => {
      const artifacts = await this.deleted.findWithParts(projectId, repository, digest);
      if (artifacts[0]?.digest !== digest) throw unknownDeleted(repository, digest);
      const ids = artifacts.map(({ id }) => id);
      await this.assertWhole(repository, artifacts);
      await this.changes.count(quota, await this.deleted.putBack(row, ids));
      const restored = await tag(row, artifacts);
      await this.deleted.forget(ids);
      for (const [index, artifact] of restored.entries()) {
        const { artifactType = '' } = artifacts[index] ?? {};
        await this.outbox.add(artifactEvent('artifact.restored', row, { ...artifact, artifactType }, actor));
      }
      return restored;
    });
  }

  /** Everything that could be pulled of them before can be again, or they stay as they are. */
  private async assertWhole(repository: string, artifacts: RestorableArtifact[]): Promise<void> {
    const missing = artifacts.flatMap((artifact) => artifact.missing);
    if (missing.length > 0)
      throw new AppError(
        'PRECONDITION',
        `artifact ${repository}@${missing[0]} is part of the index and was purged: push it again first`,
        { reason: 'artifact.restore.incomplete', detail: { missing } },
      );
    if (!(await this.deleted.lockBlobs(artifacts.map(({ id }) => id))))
      throw new AppError('PRECONDITION', 'a blob of the artifact is not there any more: push it again', {
        reason: 'artifact.restore.incomplete',
      });
  }

  private async giveTagsBack(
    repository: RepositoryRow,
    artifacts: RestorableArtifact[],
    actor: EventActor,
  ): Promise<RestoredArtifact[]> {
    const given = await this.deleted.giveTagsBack(
      repository.id,
      artifacts.map(({ id }) => id),
    );
    const restored = artifacts.map(({ id, digest, tags }) => {
      const back = new Set(given.filter(({ artifactId }) => artifactId === id).map(({ name }) => name));
      return {
        id,
        digest,
        tags: tags.filter((name) => back.has(name)),
        takenTags: tags.filter((name) => !back.has(name)),
      };
    });
    const moves = restored.flatMap(({ digest, tags }) =>
      tags.map((name) => ({ name, oldDigest: null, newDigest: digest })),
    );
    await this.tags.recordMoves(repository.id, moves, actor);
    return restored;
  }
}

export function unknownDeleted(repository: string, digest: string): AppError {
  return new AppError('NOT_FOUND', `no deleted artifact ${repository}@${digest} to be found`);
}
