import { can, principalName, type Principal, type ProjectFacts } from '@breakwater/access';
import { ProjectRemovalService } from '@breakwater/artifacts';
import { ExecutionsService } from '@breakwater/executions';
import { AppError } from '@breakwater/kernel';
import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Audited, theJob } from '../audit-logs';
import { Actors } from '../artifacts/actors';
import { Authenticated, CurrentPrincipal, CurrentProject, RequirePermission } from '../auth';
import { api, Operation, PathParameters, ResourceNameHeader, Returns, ReturnsCreated, setLocation } from '../rest';
import {
  NewProjectDeletionDto,
  ProjectDeletionDto,
  ProjectDeletionPath,
  toProjectDeletion,
} from './project-deletion.dto';

const tag = 'project';
const scope = { vendorTypes: ['PROJECT_DELETE'] };

/** Deleting a project with all that is in it. In addition to Harbor. */
@Controller(api)
export class ProjectDeletionsController {
  constructor(
    private readonly removal: ProjectRemovalService,
    private readonly executions: ExecutionsService,
    private readonly actors: Actors,
  ) {}

  @Post('projects/:project_name_or_id/deletions')
  @RequirePermission('project:delete')
  @Audited('start_job', theJob('PROJECT_DELETE'))
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'startProjectDeletion',
    tag,
    summary: 'Delete a project with all that is in it, in the background and for good. In addition to Harbor',
    errors: [400, 401, 403, 404, 409, 412, 422],
  })
  @ReturnsCreated()
  async start(
    @CurrentProject() project: ProjectFacts,
    @Body() body: NewProjectDeletionDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const actor = this.actors.of(request);
    const id = await this.removal.start(project, { deleteImmutable: body.delete_immutable, actor });
    setLocation(reply, `project-deletions/${id}`);
  }

  /** The project is gone in the end, so who may see it is decided without it: who began it, and who sees all projects. */
  @Get('project-deletions/:deletion_id')
  @Authenticated()
  @Operation({
    id: 'getProjectDeletion',
    tag,
    summary: 'Get the state of the deletion of a project. In addition to Harbor',
    errors: [401, 403, 404, 422],
  })
  @Returns(ProjectDeletionDto)
  async get(
    @CurrentPrincipal() principal: Principal,
    @Param() { deletion_id: id }: ProjectDeletionPath,
  ): Promise<z.input<typeof ProjectDeletionDto.schema>> {
    const seesAll = can(principal, 'project:list');
    const execution = await this.executions.get(id, scope).catch((error: unknown) => {
      throw seesAll ? error : forbidden();
    });
    if (!seesAll && execution.extraAttrs.operator !== principalName(principal)) throw forbidden();
    return toProjectDeletion(execution);
  }
}

function forbidden(): AppError {
  return new AppError('FORBIDDEN', 'not authorized to see this deletion', { reason: 'access.forbidden' });
}
