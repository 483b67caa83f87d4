import { Controller, Delete, Get, Param, Query, Req } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { ProjectFacts } from '@breakwater/access';
import { ArtifactDeletionService, ArtifactListService, type ArtifactDetail } from '@breakwater/artifacts';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Audited, theArtifact } from '../audit-logs';
import { CurrentProject, RequirePermission } from '../auth';
import {
  api,
  listOptions,
  Operation,
  Page,
  PathParameters,
  RepositoryName,
  ResourceNameHeader,
  Returns,
  ReturnsList,
  ReturnsNothing,
  type Paging,
} from '../rest';
import { acceptVulnerabilities } from './accept-vulnerabilities';
import { Actors } from './actors';
import { ConfirmSignedQuery, confirmationIn } from './confirm-signed.dto';
import {
  ArtifactDto,
  GetArtifactQuery,
  ListArtifactsQuery,
  ListProjectArtifactsQuery,
  partsOf,
  toArtifact,
} from './artifact.dto';

type ArtifactBody = z.input<typeof ArtifactDto.schema>;

const artifacts = 'projects/:project_name/repositories/:repository_name/artifacts';

@Controller(api)
export class ArtifactsController {
  constructor(
    private readonly artifacts: ArtifactListService,
    private readonly deletion: ArtifactDeletionService,
    private readonly actors: Actors,
  ) {}

  @Get('projects/:project_name_or_id/artifacts')
  @RequirePermission('artifact:list')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @ApiHeader(acceptVulnerabilities)
  @Operation({
    id: 'listArtifactsOfProject',
    tag: 'project',
    summary: 'List the artifacts of a project',
    errors: [400, 401, 403, 404, 422],
  })
  @ReturnsList(ArtifactDto)
  async listOfProject(
    @CurrentProject() project: ProjectFacts,
    @Query() query: ListProjectArtifactsQuery,
  ): Promise<Page<ArtifactBody>> {
    return page(
      await this.artifacts.listOfProject(
        project.id,
        { ...listOptions(query), latest: query.latest_in_repository },
        partsOf(query),
      ),
      query,
    );
  }

  @Get(artifacts)
  @RequirePermission('artifact:list')
  @PathParameters('project_name', 'repository_name')
  @ApiHeader(acceptVulnerabilities)
  @Operation({
    id: 'listArtifacts',
    tag: 'artifact',
    summary: 'List the artifacts of a repository',
    errors: [400, 401, 403, 404, 422],
  })
  @ReturnsList(ArtifactDto)
  async list(@RepositoryName() repository: string, @Query() query: ListArtifactsQuery): Promise<Page<ArtifactBody>> {
    return page(await this.artifacts.listOfRepository(repository, listOptions(query), partsOf(query)), query);
  }

  @Get(`${artifacts}/:reference`)
  @RequirePermission('artifact:read')
  @PathParameters('project_name', 'repository_name', 'reference')
  @ApiHeader(acceptVulnerabilities)
  @Operation({
    id: 'getArtifact',
    tag: 'artifact',
    summary: 'Get an artifact by tag or digest',
    errors: [400, 401, 403, 404, 422],
  })
  @Returns(ArtifactDto)
  async get(
    @RepositoryName() repository: string,
    @Param('reference') reference: string,
    @Query() query: GetArtifactQuery,
  ): Promise<ArtifactBody> {
    return toArtifact(await this.artifacts.get(repository, reference, partsOf(query)));
  }

  @Delete(`${artifacts}/:reference`)
  @RequirePermission('artifact:delete')
  @Audited('delete_artifact', theArtifact, 'failures')
  @PathParameters('project_name', 'repository_name', 'reference')
  @Operation({
    id: 'deleteArtifact',
    tag: 'artifact',
    summary: 'Delete an artifact with its tags',
    errors: [401, 403, 404, 412],
  })
  @ReturnsNothing()
  async delete(
    @RepositoryName() repository: string,
    @Param('reference') reference: string,
    @Query() query: ConfirmSignedQuery,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const { digest } = await this.artifacts.get(repository, reference);
    await this.deletion.delete(repository, digest, this.actors.of(request), confirmationIn(query));
  }
}

function page({ items, total }: { items: ArtifactDetail[]; total: number }, query: Paging): Page<ArtifactBody> {
  return new Page(items.map(toArtifact), total, query);
}
