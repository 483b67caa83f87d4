import { MembersService, ProjectsService } from '@breakwater/projects';
import { QuotaListRepository } from '@breakwater/quotas';
import { Injectable } from '@nestjs/common';
import { inProject, named, type Subject } from './named-subject';
import { PeopleSubjects } from './people-subjects';
import { PolicySubjects } from './policy-subjects';

/** The names behind the ids of requests. What is not there is called by its id: the request is about to fail. */
@Injectable()
export class AuditSubjects {
  constructor(
    readonly people: PeopleSubjects,
    readonly policies: PolicySubjects,
    private readonly members: MembersService,
    private readonly projects: ProjectsService,
    private readonly quotas: QuotaListRepository,
  ) {}

  async project(name: string): Promise<Subject> {
    return { resource: name, ...inProject(await this.projects.findId(name)) };
  }

  /** A quota goes by the name of its project. */
  quota(id: string | undefined): Promise<Subject> {
    return named(id, async (number) => {
      const quota = await this.quotas.find(number);
      return quota ? { resource: quota.projectName, projectId: quota.projectId } : { resource: String(number) };
    });
  }

  /** Without an id only the project is known. */
  async member(project: { id: number } | undefined, id: string | undefined): Promise<Subject> {
    if (!project) return { resource: id ?? '' };
    const subject = await named(id, async (number) => {
      const { entityName } = await this.members.get(project.id, number);
      return { resource: entityName };
    });
    return { ...subject, projectId: project.id };
  }
}
