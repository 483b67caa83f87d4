import { Injectable } from '@nestjs/common';
import {
  can,
  isAdministrator,
  type Principal,
  type ProjectFacts,
  type ProjectPermission,
  type SystemPermission,
} from '@breakwater/access';
import { AppError, isProjectName } from '@breakwater/kernel';
import { KnownProjectFacts } from '@breakwater/projects';
import type { ProjectReference } from '../rest';

/** Refuses who may not. The guard uses it for what routes declare, controllers for what depends on the request. */
@Injectable()
export class AccessChecker {
  constructor(private readonly projects: KnownProjectFacts) {}

  /** Throws UNAUTHORIZED. */
  requireAuthenticated(principal: Principal): void {
    if (principal.kind === 'anonymous') throw unauthorized();
  }

  /** Throws UNAUTHORIZED, FORBIDDEN. */
  requireSystem(principal: Principal, permission: SystemPermission): void {
    if (!can(principal, permission)) throw refusal(principal);
  }

  /**
   * The project, when the principal has the permission there. One that does not exist is refused like one that is
   * closed, except to those who may see all (section 1.5). Throws UNAUTHORIZED, FORBIDDEN, NOT_FOUND.
   */
  async requireProject(
    principal: Principal,
    permission: ProjectPermission,
    reference: ProjectReference,
  ): Promise<ProjectFacts> {
    const project = await this.find(reference, principal);
    if (project && can(principal, permission, { project })) return project;
    if (project || !isAdministrator(principal)) throw refusal(principal);
    throw new AppError('NOT_FOUND', `project ${'id' in reference ? reference.id : reference.name} not found`);
  }

  private async find(reference: ProjectReference, principal: Principal): Promise<ProjectFacts | undefined> {
    if ('id' in reference) return this.projects.findById(reference.id, principal);
    return isProjectName(reference.name) ? this.projects.find(reference.name, principal) : undefined;
  }
}

function refusal(principal: Principal): AppError {
  return principal.kind === 'anonymous'
    ? unauthorized()
    : new AppError('FORBIDDEN', 'forbidden: you have no permission for this', { reason: 'access.forbidden' });
}

function unauthorized(): AppError {
  return new AppError('UNAUTHORIZED', 'unauthorized: log in first', { reason: 'access.unauthorized' });
}
