import { anonymous } from '@breakwater/access';
import type { UploadTarget } from '@breakwater/artifacts';
import { CoherentCache, LeaseHolder, projectNameScope } from '@breakwater/coherence';
import { AppError, type RepositoryName } from '@breakwater/kernel';
import { ProjectsService } from '@breakwater/projects';
import { Injectable } from '@nestjs/common';

const maxBytes = 4 * 1024 * 1024;
const entryBytes = 200;

/** The project that a push goes into. */
@Injectable()
export class TargetProjects {
  private readonly ids: CoherentCache<number>;

  constructor(
    private readonly projects: ProjectsService,
    private readonly lease: LeaseHolder,
  ) {
    this.ids = new CoherentCache(lease, { maxBytes, sizeOf: (_, name) => entryBytes + name.length });
  }

  /** Throws NAME_UNKNOWN when there is no such project. */
  async target({ project, full }: RepositoryName): Promise<UploadTarget> {
    return { projectId: this.ids.get(project) ?? (await this.read(project, full)), repository: full };
  }

  private async read(project: string, repository: string): Promise<number> {
    const ticket = this.lease.ticket(projectNameScope(project));
    const facts = await this.projects.findFacts(project, anonymous);
    if (!facts) throw new AppError('NAME_UNKNOWN', `project ${project} not found`, { detail: { name: repository } });
    this.ids.set(project, facts.id, ticket);
    return facts.id;
  }
}
