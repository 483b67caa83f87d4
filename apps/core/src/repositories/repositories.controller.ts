import { Body, Controller, Delete, Get, Put, Query, Req } from '@nestjs/common';
import type { Principal, ProjectFacts } from '@breakwater/access';
import { ArtifactDeletionService, RepositoryListService, type RepositoryDetail } from '@breakwater/artifacts';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Audited, theRepository } from '../audit-logs';
import { Actors } from '../artifacts/actors';
import { CurrentPrincipal, CurrentProject, Public, RequirePermission } from '../auth';
import {
  api,
  listOptions,
  Operation,
  Page,
  PathParameters,
  RepositoryName,
  Returns,
  ReturnsList,
  ReturnsNothing,
} from '../rest';
import { ListQuery, RepositoryDto, RepositoryReqDto, toRepository } from './repository.dto';

type RepositoryBody = z.input<typeof RepositoryDto.schema>;

@Controller(api)
export class RepositoriesController {
  constructor(
    private readonly repositories: RepositoryListService,
    private readonly deletion: ArtifactDeletionService,
    private readonly actors: Actors,
  ) {}

  @Get('repositories')
  @Public()
  @Operation({
    id: 'listAllRepositories',
    tag: 'repository',
    summary: 'List the repositories of all projects that the caller may see',
    errors: [400, 401, 422],
  })
  @ReturnsList(RepositoryDto)
  async listAll(@CurrentPrincipal() principal: Principal, @Query() query: ListQuery): Promise<Page<RepositoryBody>> {
    return page(await this.repositories.listVisible(principal, listOptions(query)), query);
  }

  @Get('projects/:project_name/repositories')
  @RequirePermission('repository:list')
  @PathParameters('project_name')
  @Operation({
    id: 'listRepositories',
    tag: 'repository',
    summary: 'List the repositories of a project',
    errors: [400, 401, 403, 404, 422],
  })
  @ReturnsList(RepositoryDto)
  async list(@CurrentProject() project: ProjectFacts, @Query() query: ListQuery): Promise<Page<RepositoryBody>> {
    return page(await this.repositories.listOfProject(project.id, listOptions(query)), query);
  }

  @Get('projects/:project_name/repositories/:repository_name')
  @RequirePermission('repository:read')
  @PathParameters('project_name', 'repository_name')
  @Operation({ id: 'getRepository', tag: 'repository', summary: 'Get a repository', errors: [400, 401, 403, 404] })
  @Returns(RepositoryDto)
  async get(@RepositoryName() name: string): Promise<RepositoryBody> {
    return toRepository(await this.repositories.get(name));
  }

  @Put('projects/:project_name/repositories/:repository_name')
  @RequirePermission('repository:update')
  @Audited('update_repository', theRepository)
  @PathParameters('project_name', 'repository_name')
  @Operation({
    id: 'updateRepository',
    tag: 'repository',
    summary: 'Change the description of a repository',
    errors: [400, 401, 403, 404, 422],
  })
  @ReturnsNothing()
  update(@RepositoryName() name: string, @Body() body: RepositoryReqDto): Promise<void> {
    return this.repositories.describe(name, body.description ?? '');
  }

  @Delete('projects/:project_name/repositories/:repository_name')
  @RequirePermission('repository:delete')
  @Audited('delete_repository', theRepository, 'failures')
  @PathParameters('project_name', 'repository_name')
  @Operation({
    id: 'deleteRepository',
    tag: 'repository',
    summary: 'Delete a repository with all its artifacts',
    errors: [400, 401, 403, 404, 412],
  })
  @ReturnsNothing()
  async delete(@RepositoryName() name: string, @Req() request: FastifyRequest): Promise<void> {
    await this.repositories.get(name);
    await this.deletion.deleteRepository(name, this.actors.of(request));
  }
}

function page({ items, total }: { items: RepositoryDetail[]; total: number }, query: ListQuery): Page<RepositoryBody> {
  return new Page(items.map(toRepository), total, query);
}
