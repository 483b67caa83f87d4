import type { ProjectFacts } from '@breakwater/access';
import { ArtifactPurgeService, DeletedArtifactListRepository, type DeletedArtifactDetail } from '@breakwater/artifacts';
import { Controller, Delete, Get, Param, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Audited, theArtifact, theProject } from '../audit-logs';
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
  ReturnsAll,
  ReturnsList,
} from '../rest';
import { Actors } from './actors';
import { GatedTags } from './gated-tags';
import {
  DeletedArtifactDto,
  DeletedArtifactPath,
  ListDeletedArtifactsQuery,
  PurgedArtifactsDto,
  RestoredArtifactDto,
  toDeletedArtifact,
  toPurged,
  toRestored,
} from './deleted-artifact.dto';

type DeletedArtifactBody = z.input<typeof DeletedArtifactDto.schema>;

const inProject = 'projects/:project_name_or_id/deleted-artifacts';
const inRepository = 'projects/:project_name/repositories/:repository_name/deleted-artifacts';

/** Not in Harbor. Who may push artifacts sees what was deleted: it is hidden from those who only read. */
@Controller(api)
export class DeletedArtifactsController {
  constructor(
    private readonly deleted: DeletedArtifactListRepository,
    private readonly gated: GatedTags,
    private readonly purges: ArtifactPurgeService,
    private readonly actors: Actors,
  ) {}

  @Get(inProject)
  @RequirePermission('artifact:create')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'listDeletedArtifactsOfProject',
    tag: 'artifact',
    summary: 'List what was deleted from a project and can be restored (not in Harbor)',
    errors: [400, 401, 403, 404, 422],
  })
  @ReturnsList(DeletedArtifactDto)
  async listOfProject(
    @CurrentProject() { id: projectId }: ProjectFacts,
    @Query() query: ListDeletedArtifactsQuery,
  ): Promise<Page<DeletedArtifactBody>> {
    return page(await this.deleted.list({ projectId }, listOptions(query)), query);
  }

  @Delete(inProject)
  @RequirePermission('artifact:delete')
  @Audited('purge_artifact', theProject, 'failures')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'purgeDeletedArtifactsOfProject',
    tag: 'artifact',
    summary: 'Remove for good all that was deleted from a project (not in Harbor)',
    errors: [401, 403, 404],
  })
  @Returns(PurgedArtifactsDto)
  async purgeAll(
    @CurrentProject() { id: projectId }: ProjectFacts,
    @Req() request: FastifyRequest,
  ): Promise<z.input<typeof PurgedArtifactsDto.schema>> {
    return toPurged(await this.purges.purgeAll(projectId, this.actors.of(request)));
  }

  @Get(inRepository)
  @RequirePermission('artifact:create')
  @PathParameters('project_name', 'repository_name')
  @Operation({
    id: 'listDeletedArtifacts',
    tag: 'artifact',
    summary: 'List what was deleted from a repository and can be restored (not in Harbor)',
    errors: [400, 401, 403, 404, 422],
  })
  @ReturnsList(DeletedArtifactDto)
  async list(
    @CurrentProject() { id: projectId }: ProjectFacts,
    @RepositoryName() repository: string,
    @Query() query: ListDeletedArtifactsQuery,
  ): Promise<Page<DeletedArtifactBody>> {
    return page(await this.deleted.list({ projectId, repository }, listOptions(query)), query);
  }

  @Post(`${inRepository}/:digest/restore`)
  @RequirePermission('artifact:create')
  @Audited('restore_artifact', theArtifact, 'failures')
  @PathParameters('project_name', 'repository_name')
  @Operation({
    id: 'restoreDeletedArtifact',
    tag: 'artifact',
    summary: 'Restore a deleted artifact, the children of its index and its accessories (not in Harbor)',
    errors: [400, 401, 403, 404, 412, 422],
  })
  @ReturnsAll(RestoredArtifactDto)
  async restore(
    @CurrentProject() { id: projectId }: ProjectFacts,
    @RepositoryName() repository: string,
    @Param() { digest }: DeletedArtifactPath,
    @Req() request: FastifyRequest,
  ): Promise<z.input<typeof RestoredArtifactDto.schema>[]> {
    return (await this.gated.restoreArtifact({ projectId, repository, digest }, request)).map(toRestored);
  }

  @Delete(`${inRepository}/:digest`)
  @RequirePermission('artifact:delete')
  @Audited('purge_artifact', theArtifact, 'failures')
  @PathParameters('project_name', 'repository_name')
  @Operation({
    id: 'purgeDeletedArtifact',
    tag: 'artifact',
    summary: 'Remove a deleted artifact for good (not in Harbor)',
    errors: [400, 401, 403, 404, 422],
  })
  @Returns(PurgedArtifactsDto)
  async purge(
    @CurrentProject() { id: projectId }: ProjectFacts,
    @RepositoryName() repository: string,
    @Param() { digest }: DeletedArtifactPath,
    @Req() request: FastifyRequest,
  ): Promise<z.input<typeof PurgedArtifactsDto.schema>> {
    return toPurged(await this.purges.purgeOne(projectId, repository, digest, this.actors.of(request)));
  }
}

function page(
  { items, total }: { items: DeletedArtifactDetail[]; total: number },
  query: ListDeletedArtifactsQuery,
): Page<DeletedArtifactBody> {
  return new Page(items.map(toDeletedArtifact), total, query);
}
