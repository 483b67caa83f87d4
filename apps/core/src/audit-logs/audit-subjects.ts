import type { AuditedAction } from '@breakwater/audit';
import { RobotsService, UsersService } from '@breakwater/identity';
import { AppError } from '@breakwater/kernel';
import { MembersService, ProjectsService } from '@breakwater/projects';
import { QuotaListRepository } from '@breakwater/quotas';
import { Injectable } from '@nestjs/common';

type Subject = Omit<AuditedAction, 'event'>;

/** The names behind the ids of requests. What is not there is called by its id: the request is about to fail. */
@Injectable()
export class AuditSubjects {
  constructor(
    private readonly users: UsersService,
    private readonly robots: RobotsService,
    private readonly members: MembersService,
    private readonly projects: ProjectsService,
    private readonly quotas: QuotaListRepository,
  ) {}

  async project(name: string): Promise<Subject> {
    const projectId = await this.projects.findId(name);
    return { resource: name, ...(projectId !== undefined && { projectId }) };
  }

  /** A quota goes by the name of its project. */
  quota(id: string | undefined): Promise<Subject> {
    return named(id, async (number) => {
      const quota = await this.quotas.find(number);
      return quota ? { resource: quota.projectName, projectId: quota.projectId } : { resource: String(number) };
    });
  }

  user(id: string | undefined): Promise<Subject> {
    return named(id, async (number) => ({ resource: (await this.users.get(number)).username }));
  }

  robot(id: string | undefined): Promise<Subject> {
    return named(id, async (number) => {
      const { fullName, projectId } = await this.robots.get(number);
      return { resource: fullName, ...(projectId !== 0 && { projectId }) };
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

async function named(id: string | undefined, find: (id: number) => Promise<Subject>): Promise<Subject> {
  const number = Number(id);
  const otherwise = { resource: id ?? '' };
  if (!Number.isSafeInteger(number) || number < 1) return otherwise;
  try {
    return await find(number);
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return otherwise;
    throw error;
  }
}
