import { anonymous } from '@breakwater/access';
import type { UploadTarget } from '@breakwater/artifacts';
import { AppError, type RepositoryName } from '@breakwater/kernel';
import { ProjectsService } from '@breakwater/projects';
import { Injectable } from '@nestjs/common';

/** The project that a push goes into. */
@Injectable()
export class TargetProjects {
  constructor(private readonly projects: ProjectsService) {}

  /** Throws NAME_UNKNOWN when there is no such project. */
  async target(repository: RepositoryName): Promise<UploadTarget> {
    const facts = await this.projects.findFacts(repository.project, anonymous);
    if (!facts)
      throw new AppError('NAME_UNKNOWN', `project ${repository.project} not found`, {
        detail: { name: repository.full },
      });
    return { projectId: facts.id, repository: repository.full };
  }
}
