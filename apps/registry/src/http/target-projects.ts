import { anonymous } from '@breakwater/access';
import type { UploadTarget } from '@breakwater/artifacts';
import { AppError, type RepositoryName } from '@breakwater/kernel';
import { KnownProjectFacts } from '@breakwater/projects';
import { Injectable } from '@nestjs/common';

/** The project that a push goes into. */
@Injectable()
export class TargetProjects {
  constructor(private readonly projects: KnownProjectFacts) {}

  /** Throws NAME_UNKNOWN when there is no such project. */
  async target({ project, full }: RepositoryName): Promise<UploadTarget> {
    const facts = await this.projects.find(project, anonymous);
    if (!facts) throw new AppError('NAME_UNKNOWN', `project ${project} not found`, { detail: { name: full } });
    return { projectId: facts.id, repository: full };
  }
}
