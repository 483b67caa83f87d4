import { Body, Controller, Delete, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ArtifactListService, TagsService } from '@breakwater/artifacts';
import { AppError, isTag } from '@breakwater/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Audited, theTag } from '../audit-logs';
import { projectOf, RequirePermission } from '../auth';
import {
  api,
  listOptions,
  Operation,
  Page,
  PathParameters,
  RepositoryName,
  ReturnsCreated,
  ReturnsList,
  ReturnsNothing,
  setLocation,
} from '../rest';
import { ListQuery } from '../repositories/repository.dto';
import { Actors } from './actors';
import { artifactPath } from './artifact-path';
import { GatedTags } from './gated-tags';
import { ConfirmSignedQuery, confirmationIn } from './confirm-signed.dto';
import { AccessoryDto, ListTagsQuery, NewTagDto, TagDto, TagPath, toAccessory, toTag } from './tag.dto';

@Controller(`${api}/projects/:project_name/repositories/:repository_name/artifacts/:reference`)
export class TagsController {
  constructor(
    private readonly artifacts: ArtifactListService,
    private readonly tags: TagsService,
    private readonly gated: GatedTags,
    private readonly actors: Actors,
  ) {}

  @Get('tags')
  @RequirePermission('tag:list')
  @PathParameters('project_name', 'repository_name', 'reference')
  @Operation({
    id: 'listTags',
    tag: 'artifact',
    summary: 'List the tags of an artifact',
    errors: [400, 401, 403, 404, 422],
  })
  @ReturnsList(TagDto)
  async list(
    @RepositoryName() repository: string,
    @Param('reference') reference: string,
    @Query() query: ListTagsQuery,
  ): Promise<Page<z.input<typeof TagDto.schema>>> {
    const { items, total } = await this.artifacts.listTags(repository, reference, {
      ...listOptions(query),
      immutable: query.with_immutable_status,
    });
    return new Page(items.map(toTag), total, query);
  }

  @Post('tags')
  @RequirePermission('tag:create')
  @Audited('create_tag', theTag, 'failures')
  @PathParameters('project_name', 'repository_name', 'reference')
  @Operation({
    id: 'createTag',
    tag: 'artifact',
    summary: 'Give an artifact one more tag',
    errors: [400, 401, 403, 404, 405, 409, 412, 422],
  })
  @ReturnsCreated()
  async create(
    @RepositoryName() repository: string,
    @Body() body: NewTagDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    if (!isTag(body.name))
      throw new AppError('BAD_REQUEST', `invalid tag ${JSON.stringify(body.name)}`, { reason: 'tag.name.invalid' });
    const { reference = '' } = request.params as { reference?: string };
    const { digest } = await this.artifacts.get(repository, reference);
    await this.gated.create({ projectId: projectOf(request).id, repository, digest, tag: body.name }, request);
    setLocation(reply, `${artifactPath(repository, reference)}/tags/${body.name}`);
  }

  @Delete('tags/:tag_name')
  @RequirePermission('tag:delete')
  @Audited('delete_tag', theTag, 'failures')
  @PathParameters('project_name', 'repository_name', 'reference')
  @Operation({ id: 'deleteTag', tag: 'artifact', summary: 'Take a tag from an artifact', errors: [401, 403, 404, 412] })
  @ReturnsNothing()
  async delete(
    @RepositoryName() repository: string,
    @Param() { reference, tag_name: name }: TagPath,
    @Query() query: ConfirmSignedQuery,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const { tags } = await this.artifacts.get(repository, reference, { tags: true, accessories: false });
    if (!tags.some((tag) => tag.name === name))
      throw new AppError('NOT_FOUND', `tag ${name} is not attached to ${reference}`);
    await this.tags.delete(repository, name, this.actors.of(request), confirmationIn(query));
  }

  @Get('accessories')
  @RequirePermission('accessory:list')
  @PathParameters('project_name', 'repository_name', 'reference')
  @Operation({
    id: 'listAccessories',
    tag: 'artifact',
    summary: 'List the accessories of an artifact',
    errors: [400, 401, 403, 404, 422],
  })
  @ReturnsList(AccessoryDto)
  async accessories(
    @RepositoryName() repository: string,
    @Param('reference') reference: string,
    @Query() query: ListQuery,
  ): Promise<Page<z.input<typeof AccessoryDto.schema>>> {
    const { items, total } = await this.artifacts.listAccessories(repository, reference, listOptions(query));
    return new Page(items.map(toAccessory), total, query);
  }
}
