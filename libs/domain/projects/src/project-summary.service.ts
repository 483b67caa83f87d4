import { Injectable } from '@nestjs/common';
import { can, roleIds, type Principal, type ProjectFacts, type RoleName } from '@breakwater/access';
import { QuotasService } from '@breakwater/quotas';
import { MembersRepository } from './members.repository';
import { ProjectsService } from './projects.service';

export interface ProjectSummary {
  repositoryCount: number;
  /** Absent for those who may not list members. */
  members?: Record<RoleName, number>;
  /** Bytes; absent for those who may not read the quota. */
  quota?: { hard: number; used: number };
}

/** What a project's front page shows, cut down to what the asker may see. */
@Injectable()
export class ProjectSummaryService {
  constructor(
    private readonly projects: ProjectsService,
    private readonly members: MembersRepository,
    private readonly quotas: QuotasService,
  ) {}

  /** Throws NOT_FOUND. */
  async get(project: ProjectFacts, principal: Principal): Promise<ProjectSummary> {
    const { repositoryCount } = await this.projects.get(project.id, principal);
    const quota = can(principal, 'quota:read', { project }) ? await this.quotas.find(project.id) : undefined;
    return {
      repositoryCount,
      ...(can(principal, 'member:list', { project }) && { members: await this.countMembers(project.id) }),
      ...(quota && { quota: { hard: quota.hard, used: quota.used } }),
    };
  }

  private async countMembers(projectId: number): Promise<Record<RoleName, number>> {
    const counts = await this.members.countByRole(projectId);
    return Object.fromEntries(Object.entries(roleIds).map(([name, id]) => [name, counts.get(id) ?? 0])) as Record<
      RoleName,
      number
    >;
  }
}
