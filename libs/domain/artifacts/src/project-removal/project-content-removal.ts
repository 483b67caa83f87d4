import type { EventActor } from '@breakwater/contracts';
import { AppError } from '@breakwater/kernel';
import { Injectable } from '@nestjs/common';
import { ArtifactsRepository } from '../artifact/artifacts.repository';
import { RepositoryRemoval } from '../deletion/repository-removal';
import { ProjectChanges } from '../usage/project-changes';
import { ProjectUsageRepository } from '../usage/project-usage.repository';
import { RepositoriesRepository, type RepositoryRow } from '../repository/repositories.repository';
import { TagGuard } from '../tags/tag-guard';

/** Artifacts removed in one transaction: pushes of the project wait for it. */
const batchSize = 200;

export interface RemovalOptions {
  projectId: number;
  deleteImmutable: boolean;
  actor: EventActor;
}

export interface Removed {
  repositories: number;
  artifacts: number;
}

/** Takes repositories of a project away, for good and a batch at a time; nothing of them can be restored. */
@Injectable()
export class ProjectContentRemoval {
  constructor(
    private readonly changes: ProjectChanges,
    private readonly repositories: RepositoriesRepository,
    private readonly artifacts: ArtifactsRepository,
    private readonly tags: TagGuard,
    private readonly usage: ProjectUsageRepository,
    private readonly removal: RepositoryRemoval,
  ) {}

  /** A repository's tag that is immutable, `team/app:v1`; undefined when the project has none. */
  async immutableTag(repositories: readonly RepositoryRow[]): Promise<string | undefined> {
    for (const repository of repositories) {
      const tag = await this.tags.immutableIn(repository);
      if (tag !== undefined) return `${repository.name}:${tag}`;
    }
    return undefined;
  }

  /** One batch, in one transaction; undefined when there is no repository left. Throws PRECONDITION for an immutable tag. */
  async next(options: RemovalOptions): Promise<Removed | undefined> {
    const repository = await this.repositories.anyOf(options.projectId);
    return repository && this.fromRepository(repository.name, options);
  }

  private async fromRepository(name: string, options: RemovalOptions): Promise<Removed> {
    try {
      return await this.changes.inRepository(name, async (repository, quota) => {
        const going = await this.artifacts.removable(repository.id, batchSize);
        if (going.length === 0) return this.removeRepository(repository, options.actor);
        const names = going.flatMap(({ tags }) => tags);
        if (!options.deleteImmutable) await this.tags.assertTags(repository, names);
        const ids = going.map(({ id }) => id);
        const freed = await this.usage.release(repository.projectId, ids);
        await this.artifacts.deleteMany(ids);
        await this.changes.count(quota, -freed);
        await this.removal.announceArtifacts(repository, going, options.actor);
        return { repositories: 0, artifacts: going.length };
      });
    } catch (error) {
      // Somebody else deleted it meanwhile.
      if (error instanceof AppError && error.code === 'NAME_UNKNOWN') return { repositories: 0, artifacts: 0 };
      throw error;
    }
  }

  private async removeRepository(repository: RepositoryRow, actor: EventActor): Promise<Removed> {
    await this.removal.remove(repository, actor);
    return { repositories: 1, artifacts: 0 };
  }
}
