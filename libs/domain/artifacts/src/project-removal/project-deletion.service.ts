import type { ProjectFacts } from '@breakwater/access';
import { AppError } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import { ProjectsService } from '@breakwater/projects';
import { TrustData } from '@breakwater/trust';
import { Injectable } from '@nestjs/common';
import { DeletedArtifactsRepository } from '../deletion/deleted-artifacts.repository';
import { RepositoryListRepository } from '../repository-list.repository';

const notEmpty = 'the project contains repositories, can not be deleted';
/** Postgres: a repository appeared between the check and the deletion. */
const foreignKeyViolation = '23503';

/** Deleting a project is decided here because only this library knows what is in it. */
@Injectable()
export class ProjectDeletionService {
  constructor(
    private readonly database: Database,
    private readonly projects: ProjectsService,
    private readonly repositories: RepositoryListRepository,
    private readonly deleted: DeletedArtifactsRepository,
    private readonly trust: TrustData,
  ) {}

  /** Why the project cannot be deleted; undefined when it can. */
  async obstacle(projectId: number): Promise<string | undefined> {
    return (await this.repositories.anyOf(projectId)) ? notEmpty : undefined;
  }

  /**
   * Throws PRECONDITION while the project has repositories; one with blobs only goes with it, and so do what could be
   * restored and trust data of repositories that were never there.
   */
  async delete(project: Pick<ProjectFacts, 'id' | 'name'>): Promise<void> {
    try {
      await this.database.transaction(async () => {
        const obstacle = await this.obstacle(project.id);
        if (obstacle) throw new AppError('PRECONDITION', obstacle, { reason: 'project.notempty' });
        await this.repositories.deleteUnlisted(project.id);
        await this.deleted.deleteOfProject(project.id);
        await this.projects.delete(project);
        await this.trust.deleteOfProject(project.name);
      });
    } catch (error) {
      if ((error as { code?: string }).code !== foreignKeyViolation) throw error;
      throw new AppError('PRECONDITION', notEmpty, { reason: 'project.notempty', cause: error });
    }
  }
}
