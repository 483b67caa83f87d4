import type { EventActor } from '@breakwater/contracts';
import { AppError } from '@breakwater/kernel';
import type { ListOptions } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { ArtifactRestoreService } from '../deletion/artifact-restore.service';
import { ArtifactsRepository } from '../artifact/artifacts.repository';
import { ProjectChanges } from '../usage/project-changes';
import type { RepositoryRow } from '../repository/repositories.repository';
import { TagsRepository } from '../tags/tags.repository';
import { TagsService, type ExpectedTags } from '../tags/tags.service';
import { TagHistoryRepository, type TagMoveDetail, type TagMoveFacts } from './tag-history.repository';

export interface TagToRestore {
  projectId: number;
  /** With the project. */
  repository: string;
  tag: string;
  /** One that the tag pointed to. */
  digest: string;
}

export interface RestoredTag {
  artifactId: number;
  tag: string;
  digest: string;
  /** What the tag pointed to until now; null when it was not there. */
  previousDigest: string | null;
  /** The artifact had been deleted, and is restored as well. */
  artifactRestored: boolean;
}

/** Where tags have pointed, and putting them back (ADR 0029). */
@Injectable()
export class TagHistoryService {
  constructor(
    private readonly changes: ProjectChanges,
    private readonly history: TagHistoryRepository,
    private readonly artifacts: ArtifactsRepository,
    private readonly names: TagsRepository,
    private readonly tags: TagsService,
    private readonly restores: ArtifactRestoreService,
  ) {}

  /** Throws NOT_FOUND for a repository that is not there, BAD_REQUEST for a wrong filter. */
  async list<T>(
    scope: { repository: string; tag?: string },
    options: ListOptions,
    facts: TagMoveFacts<T>,
  ): Promise<{ items: (TagMoveDetail & { facts: T })[]; total: number }> {
    const found = await this.history.list(scope, options, facts);
    if (!found) throw new AppError('NOT_FOUND', `repository ${scope.repository} not found`);
    return found;
  }

  /**
   * Points the tag at what it pointed to once, and restores that when it was deleted. Nothing happens when it points there
   * already. Throws NOT_FOUND for a digest that the tag never pointed to; PRECONDITION when that was purged, or the tag is
   * immutable and points elsewhere; DENIED when what is restored does not fit the quota; TagsMovedError when the tag is not
   * where it was expected.
   */
  restore(wanted: TagToRestore, actor: EventActor, expected?: ExpectedTags): Promise<RestoredTag> {
    const { tag, digest } = wanted;
    return this.changes.inRestoredRepository(wanted, async (row) => {
      await this.assertPointedTo(row, wanted);
      const previousDigest = (await this.names.digests(row.id, [tag])).get(tag) ?? null;
      const present = await this.find(row, digest);
      const artifact = present ?? (await this.restoreArtifact(wanted, row, () => this.whole(wanted, actor)));
      const restored = { artifactId: artifact.id, tag, digest, previousDigest, artifactRestored: !present };
      if (previousDigest !== digest)
        await this.tags.putBack(row, tag, { artifactId: artifact.id, digest, actor, expected });
      return restored;
    });
  }

  /** Restores what the tag pointed to once when that was deleted, without any tag. False: it was there. Throws as `restore`. */
  revive(wanted: TagToRestore, actor: EventActor): Promise<boolean> {
    const { projectId, repository, digest } = wanted;
    return this.changes.inRestoredRepository(wanted, async (row) => {
      await this.assertPointedTo(row, wanted);
      if (await this.find(row, digest)) return false;
      await this.restoreArtifact(wanted, row, () =>
        this.restores.restoreUntagged(projectId, repository, digest, actor),
      );
      return true;
    });
  }

  private async assertPointedTo(row: RepositoryRow, { repository, tag, digest }: TagToRestore): Promise<void> {
    if (!(await this.history.pointedTo(row.id, tag, digest)))
      throw new AppError('NOT_FOUND', `tag ${tag} of ${repository} never pointed to ${digest}`);
  }

  private whole({ projectId, repository, digest }: TagToRestore, actor: EventActor): Promise<unknown> {
    return this.restores.restore(projectId, repository, digest, actor);
  }

  private async find(repository: RepositoryRow, digest: string): Promise<{ id: number } | undefined> {
    return (await this.artifacts.findMany(repository.id, [digest]))[0];
  }

  private async restoreArtifact(
    { repository, tag, digest }: TagToRestore,
    row: RepositoryRow,
    restore: () => Promise<unknown>,
  ): Promise<{ id: number }> {
    try {
      await restore();
    } catch (error) {
      // Refused before anything was written.
      if (!(error instanceof AppError) || error.code !== 'NOT_FOUND') throw error;
    }
    const artifact = await this.find(row, digest);
    if (artifact) return artifact;
    throw new AppError(
      'PRECONDITION',
      `${repository}@${digest} was removed for good: push it again to restore ${tag}`,
      {
        reason: 'tag.restore.purged',
        params: { repository, tag, digest },
      },
    );
  }
}
