import { Body, Controller, Delete, Get, Param, Post, Put } from '@nestjs/common';
import type { ProjectFacts } from '@breakwater/access';
import { ProjectMetadataService } from '@breakwater/projects';
import { Audited, theProject } from '../audit-logs';
import { CurrentProject, RequirePermission } from '../auth';
import {
  api,
  Operation,
  PathParameters,
  ResourceNameHeader,
  ReturnsNothing,
  ReturnsStringMap,
  StringMapBody,
} from '../rest';
import { MetadataMap, MetadataPath } from './metadata.dto';

type StringMap = Record<string, string>;

@Controller(`${api}/projects/:project_name_or_id/metadatas`)
export class MetadataController {
  constructor(private readonly metadata: ProjectMetadataService) {}

  @Get()
  @RequirePermission('metadata:list')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'listProjectMetadatas',
    tag: 'projectMetadata',
    summary: 'Get the metadata of a project',
    errors: [400, 401, 403, 404],
  })
  @ReturnsStringMap()
  list(@CurrentProject() project: ProjectFacts): Promise<StringMap> {
    return this.metadata.list(project.id);
  }

  @Post()
  @RequirePermission('metadata:create')
  @Audited('update_project', theProject)
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'addProjectMetadatas',
    tag: 'projectMetadata',
    summary: 'Add one metadata to a project',
    errors: [400, 401, 403, 404, 409, 422],
  })
  @StringMapBody()
  @ReturnsNothing()
  add(@CurrentProject() project: ProjectFacts, @Body() body: MetadataMap): Promise<void> {
    return this.metadata.add(project.id, body as StringMap);
  }

  @Get(':meta_name')
  @RequirePermission('metadata:read')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'getProjectMetadata',
    tag: 'projectMetadata',
    summary: 'Get one metadata of a project',
    errors: [400, 401, 403, 404, 422],
  })
  @ReturnsStringMap()
  get(@CurrentProject() project: ProjectFacts, @Param() { meta_name: name }: MetadataPath): Promise<StringMap> {
    return this.metadata.get(project.id, name);
  }

  @Put(':meta_name')
  @RequirePermission('metadata:update')
  @Audited('update_project', theProject)
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'updateProjectMetadata',
    tag: 'projectMetadata',
    summary: 'Change one metadata of a project',
    errors: [400, 401, 403, 404, 409, 422],
  })
  @StringMapBody()
  @ReturnsNothing()
  update(
    @CurrentProject() project: ProjectFacts,
    @Param() { meta_name: name }: MetadataPath,
    @Body() body: MetadataMap,
  ): Promise<void> {
    return this.metadata.update(project.id, name, body as StringMap);
  }

  @Delete(':meta_name')
  @RequirePermission('metadata:delete')
  @Audited('update_project', theProject)
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'deleteProjectMetadata',
    tag: 'projectMetadata',
    summary: 'Remove one metadata of a project',
    errors: [400, 401, 403, 404, 409, 422],
  })
  @ReturnsNothing()
  delete(@CurrentProject() project: ProjectFacts, @Param() { meta_name: name }: MetadataPath): Promise<void> {
    return this.metadata.delete(project.id, name);
  }
}
