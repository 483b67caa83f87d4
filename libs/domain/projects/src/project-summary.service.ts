import { can, roleIds, type Principal, type ProjectFacts, type RoleName } from '@breakwater/access';
import { AppError } from '@breakwater/kernel';
import { SettingsService } from '@breakwater/settings';
import { Injectable } from '@nestjs/common';
import { ProjectSummaryRepository } from './project-summary.repository';

export interface ProjectSummary {
  repositoryCount: number;
  /** Absent for those who may not list members. */
  members?: Record<RoleName, number>;
  /** Bytes; absent for those who may not read the quota, and where limits do not count. */
  quota?: { hard: number; used: number };
}

/** What a project's front page shows, cut down to what the asker may see. */
@Injectable()
export class ProjectSummaryService {
  constructor(
    private readonly summaries: ProjectSummaryRepository,
    private readonly settings: SettingsService,
  ) {}

  /** Throws NOT_FOUND. */
  async get(project: ProjectFacts, principal: Principal): Promise<ProjectSummary> {
    const counts = await this.summaries.count(project.id);
    if (!counts) throw new AppError('NOT_FOUND', `project ${project.id} not found`);
    const { quota_per_project_enable: counted } = await this.settings.get();
    const { repositories, quota, members } = counts;
    return {
      repositoryCount: repositories,
      ...(can(principal, 'member:list', { project }) && { members: byRole(members) }),
      ...(quota && counted && can(principal, 'quota:read', { project }) && { quota }),
    };
  }
}

function byRole(members: Record<string, number>): Record<RoleName, number> {
  return Object.fromEntries(Object.entries(roleIds).map(([name, id]) => [name, members[id] ?? 0])) as Record<
    RoleName,
    number
  >;
}
