import { Injectable } from '@nestjs/common';
import type { Principal, ProjectFacts } from '@breakwater/access';
import { RobotsService } from '@breakwater/identity';
import { AppError } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import { QuotasService } from '@breakwater/quotas';
import { ProjectCreationService, type NewProject } from './project-creation.service';
import { ProjectFactsRepository } from './project-facts.repository';
import { ProjectsRepository, type ProjectDetail, type ProjectListOptions } from './projects.repository';

@Injectable()
export class ProjectsService {
  constructor(
    private readonly database: Database,
    private readonly facts: ProjectFactsRepository,
    private readonly projects: ProjectsRepository,
    private readonly creation: ProjectCreationService,
    private readonly quotas: QuotasService,
    private readonly robots: RobotsService,
  ) {}

  /** What access decisions need; undefined when there is no such project. One query. */
  findFacts(name: string, principal: Principal): Promise<ProjectFacts | undefined> {
    return this.facts.byName(name, principal);
  }

  /** The projects that the principal may see. */
  list(principal: Principal, options: ProjectListOptions): Promise<{ items: ProjectDetail[]; total: number }> {
    return this.projects.list(principal, options);
  }

  /** The same, of those with `text` in their names, up to a limit and without a count. */
  search(principal: Principal, text: string, limit: number): Promise<ProjectDetail[]> {
    return this.projects.search(principal, text, limit);
  }

  /** Throws NOT_FOUND. */
  async get(id: number, principal: Principal): Promise<ProjectDetail> {
    const project = await this.projects.findDetail(id, principal);
    if (!project) throw new AppError('NOT_FOUND', `project ${id} not found`);
    return project;
  }

  /** Undefined when there is no such project. */
  findId(name: string): Promise<number | undefined> {
    return this.projects.findId(name);
  }

  exists(name: string): Promise<boolean> {
    return this.projects.exists(name);
  }

  /** Answers the new project's id. Throws BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, CONFLICT. */
  create(principal: Principal, project: NewProject): Promise<number> {
    return this.creation.create(principal, project);
  }

  /** The caller makes sure that it has no repositories; members, metadata and robots go with it. */
  async delete(project: Pick<ProjectFacts, 'id' | 'name'>): Promise<void> {
    await this.database.transaction(async () => {
      await this.robots.removeOfProject(project);
      await this.quotas.delete(project.id);
      await this.projects.delete(project.id);
    });
  }
}
