import type { ProjectFacts } from '@breakwater/access';
import { ArtifactListService, ContentBytesRepository } from '@breakwater/artifacts';
import { AppError } from '@breakwater/kernel';
import { Controller, Get, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
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
} from '../rest';
import {
  ListRepositoryStorageQuery,
  ProjectStorageDto,
  RepositoryStorageDto,
  ContentStorageDto,
  toProjectStorage,
  toRepositoryStorage,
  toStorage,
} from './storage.dto';

type StorageBody = z.input<typeof ContentStorageDto.schema>;

const inProject = 'projects/:project_name_or_id/storage';
const inRepository = 'projects/:project_name/repositories/:repository_name';

/** Not in Harbor: who needs which bytes, and who needs them alone. */
@Controller(api)
export class StorageController {
  constructor(
    private readonly bytes: ContentBytesRepository,
    private readonly artifacts: ArtifactListService,
  ) {}

  @Get(inProject)
  @RequirePermission('quota:read')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'getProjectStorage',
    tag: 'project',
    summary: 'The bytes of a project, and how many of them several repositories share (not in Harbor)',
    errors: [401, 403, 404],
  })
  @Returns(ProjectStorageDto)
  async ofProject(@CurrentProject() { id }: ProjectFacts): Promise<z.input<typeof ProjectStorageDto.schema>> {
    return toProjectStorage(await this.bytes.ofProject(id));
  }

  @Get(`${inProject}/repositories`)
  @RequirePermission('quota:read')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'listRepositoryStorage',
    tag: 'project',
    summary: 'The bytes of each repository of a project, the largest first (not in Harbor)',
    errors: [400, 401, 403, 404, 422],
  })
  @ReturnsList(RepositoryStorageDto)
  async ofRepositories(
    @CurrentProject() { id }: ProjectFacts,
    @Query() query: ListRepositoryStorageQuery,
  ): Promise<Page<z.input<typeof RepositoryStorageDto.schema>>> {
    const { items, total } = await this.bytes.ofRepositories(id, listOptions(query));
    return new Page(items.map(toRepositoryStorage), total, query);
  }

  @Get(`${inRepository}/storage`)
  @RequirePermission('repository:read')
  @PathParameters('project_name', 'repository_name')
  @Operation({
    id: 'getRepositoryStorage',
    tag: 'repository',
    summary: 'The bytes of a repository, and how many of them it shares with others of the project (not in Harbor)',
    errors: [401, 403, 404],
  })
  @Returns(ContentStorageDto)
  async ofRepository(@RepositoryName() repository: string): Promise<StorageBody> {
    const found = await this.bytes.ofRepository(repository);
    if (!found) throw new AppError('NOT_FOUND', `repository ${repository} not found`);
    return toStorage(found);
  }

  @Get(`${inRepository}/artifacts/:reference/storage`)
  @RequirePermission('artifact:read')
  @PathParameters('project_name', 'repository_name', 'reference')
  @Operation({
    id: 'getArtifactStorage',
    tag: 'artifact',
    summary: 'The bytes of an artifact with its children, and how many of them others need too (not in Harbor)',
    errors: [401, 403, 404],
  })
  @Returns(ContentStorageDto)
  async ofArtifact(@RepositoryName() repository: string, @Param('reference') reference: string): Promise<StorageBody> {
    const { id } = await this.artifacts.get(repository, reference);
    return toStorage(await this.bytes.ofArtifact(id));
  }
}
