import { Body, Controller, Delete, Get, Head, Headers, Post, Put, Query, Res } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { Principal, ProjectFacts } from '@breakwater/access';
import { ProjectDeletionService } from '@breakwater/artifacts';
import { AppError } from '@breakwater/kernel';
import { ProjectMetadataService, ProjectsService, ProjectSummaryService } from '@breakwater/projects';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { Audited, theProject } from '../audit-logs';
import { Authenticated, CurrentPrincipal, CurrentProject, Public, RequirePermission } from '../auth';
import {
  api,
  listOptions,
  Operation,
  Page,
  PathParameters,
  ResourceNameHeader,
  Returns,
  ReturnsCreated,
  ReturnsList,
  ReturnsNothing,
  setLocation,
} from '../rest';
import {
  HeadProjectQuery,
  ListProjectsQuery,
  ProjectDeletableDto,
  ProjectDto,
  ProjectReqDto,
  ProjectSummaryDto,
  toProject,
  toSummary,
} from './project.dto';
import { readProject } from './project-request';

@Controller(`${api}/projects`)
export class ProjectsController {
  constructor(
    private readonly projects: ProjectsService,
    private readonly metadata: ProjectMetadataService,
    private readonly summaries: ProjectSummaryService,
    private readonly deletion: ProjectDeletionService,
  ) {}

  @Get()
  @Public()
  @Operation({
    id: 'listProjects',
    tag: 'project',
    summary: 'List the projects that the caller may see',
    errors: [400, 401, 422],
  })
  @ReturnsList(ProjectDto)
  async list(
    @CurrentPrincipal() principal: Principal,
    @Query() query: ListProjectsQuery,
  ): Promise<Page<z.input<typeof ProjectDto.schema>>> {
    const { items, total } = await this.projects.list(principal, {
      ...listOptions(query),
      name: query.name,
      public: query.public,
      owner: query.owner,
    });
    return new Page(
      items.map((project) => toProject(project, query.with_detail)),
      total,
      query,
    );
  }

  @Head()
  @Authenticated()
  @Operation({
    id: 'headProject',
    tag: 'project',
    summary: 'Check if a project of that name exists',
    errors: [400, 401, 404, 422],
  })
  @ReturnsNothing()
  async head(@Query() query: HeadProjectQuery): Promise<void> {
    if (!(await this.projects.exists(query.project_name)))
      throw new AppError('NOT_FOUND', `project ${query.project_name} not found`);
  }

  @Post()
  @Authenticated()
  @Audited('create_project', ({ body, createdId }, subjects) =>
    createdId === undefined ? { resource: String(body.project_name) } : subjects.project(String(body.project_name)),
  )
  @Operation({ id: 'createProject', tag: 'project', summary: 'Create a project', errors: [400, 401, 403, 409, 422] })
  @ApiHeader({
    name: 'X-Resource-Name-In-Location',
    required: false,
    description: 'true: Location holds the name',
    schema: { type: 'boolean', default: false },
  })
  @ReturnsCreated()
  async create(
    @CurrentPrincipal() principal: Principal,
    @Body() body: ProjectReqDto,
    @Headers('x-resource-name-in-location') nameInLocation: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const project = readProject(body);
    const id = await this.projects.create(principal, project);
    setLocation(reply, `projects/${nameInLocation?.toLowerCase() === 'true' ? project.name : id}`);
  }

  @Get(':project_name_or_id')
  @RequirePermission('project:read')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({ id: 'getProject', tag: 'project', summary: 'Get a project', errors: [401, 403, 404] })
  @Returns(ProjectDto)
  async get(
    @CurrentPrincipal() principal: Principal,
    @CurrentProject() project: ProjectFacts,
  ): Promise<z.input<typeof ProjectDto.schema>> {
    return toProject(await this.projects.get(project.id, principal));
  }

  @Put(':project_name_or_id')
  @RequirePermission('project:update')
  @Audited('update_project', theProject)
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'updateProject',
    tag: 'project',
    summary: 'Update the metadata of a project',
    errors: [400, 401, 403, 404, 422],
  })
  @ReturnsNothing()
  update(@CurrentProject() project: ProjectFacts, @Body() body: ProjectReqDto): Promise<void> {
    return this.metadata.updateAll(project.id, readProject(body).metadata);
  }

  @Delete(':project_name_or_id')
  @RequirePermission('project:delete')
  @Audited('delete_project', theProject)
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'deleteProject',
    tag: 'project',
    summary: 'Delete a project that has no repositories',
    errors: [400, 401, 403, 404, 412],
  })
  @ReturnsNothing()
  delete(@CurrentProject() project: ProjectFacts): Promise<void> {
    return this.deletion.delete(project);
  }

  @Get(':project_name_or_id/_deletable')
  @RequirePermission('project:delete')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'getProjectDeletable',
    tag: 'project',
    summary: 'Whether the project can be deleted, or why not',
    errors: [401, 403, 404],
  })
  @Returns(ProjectDeletableDto)
  async deletable(@CurrentProject() project: ProjectFacts): Promise<z.input<typeof ProjectDeletableDto.schema>> {
    const obstacle = await this.deletion.obstacle(project.id);
    return obstacle ? { deletable: false, message: obstacle } : { deletable: true };
  }

  @Get(':project_name_or_id/summary')
  @RequirePermission('project:read')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'getProjectSummary',
    tag: 'project',
    summary: 'Counts and quota of a project',
    errors: [400, 401, 403, 404],
  })
  @Returns(ProjectSummaryDto)
  async summary(
    @CurrentPrincipal() principal: Principal,
    @CurrentProject() project: ProjectFacts,
  ): Promise<z.input<typeof ProjectSummaryDto.schema>> {
    return toSummary(await this.summaries.get(project, principal));
  }
}
