import type { ProjectFacts } from '@breakwater/access';
import { RepositoryTagsService, TagHistoryService, type TagFacts, type TagMoveFacts } from '@breakwater/artifacts';
import { moveFacts, signingFacts, SigningViews, type MoveFacts, type SigningFacts } from '@breakwater/signatures';
import { Body, Controller, Get, Param, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Audited, theTag } from '../audit-logs';
import { GatedTags } from '../artifacts/gated-tags';
import { CurrentProject, projectOf, RequirePermission } from '../auth';
import { api, listOptions, Operation, Page, PathParameters, RepositoryName, Returns, ReturnsList } from '../rest';
import {
  ListRepositoryTagsQuery,
  ListTagHistoryQuery,
  RepositoryTagDto,
  RestoredTagDto,
  RestoreTagDto,
  TagMoveDto,
  TagNamePath,
  toRepositoryTag,
  toRestoredTag,
  toTagMove,
} from './repository-tag.dto';

/** Of each tag of a page, in the query that reads the page. */
const signing: TagFacts<SigningFacts> = { sql: signingFacts('t.name') };
/** Of both digests of each move of a page, likewise. */
const moveSigning: TagMoveFacts<MoveFacts> = { sql: moveFacts() };

type TagMoveBody = z.input<typeof TagMoveDto.schema>;

/** Not in Harbor. Who moved a tag is for those who have a part in the project; putting it back is as good as a push. */
@Controller(`${api}/projects/:project_name/repositories/:repository_name`)
export class RepositoryTagsController {
  constructor(
    private readonly tags: RepositoryTagsService,
    private readonly history: TagHistoryService,
    private readonly signing: SigningViews,
    private readonly gated: GatedTags,
  ) {}

  @Get('tags')
  @RequirePermission('tag:list')
  @PathParameters('project_name', 'repository_name')
  @Operation({
    id: 'listRepositoryTags',
    tag: 'repository',
    summary: 'List the tags of a repository, those of signatures and the like left out (not in Harbor)',
    errors: [400, 401, 403, 404, 422],
  })
  @ReturnsList(RepositoryTagDto)
  async list(
    @CurrentProject() project: ProjectFacts,
    @RepositoryName() repository: string,
    @Query() query: ListRepositoryTagsQuery,
  ): Promise<Page<z.input<typeof RepositoryTagDto.schema>>> {
    const { items, total } = await this.tags.list(project, repository, listOptions(query), signing);
    const tags = await this.signing.ofTags(project.id, items);
    return new Page(tags.map(toRepositoryTag), total, query);
  }

  @Get('tag-history')
  @RequirePermission('repository:read')
  @PathParameters('project_name', 'repository_name')
  @Operation({
    id: 'listTagHistory',
    tag: 'repository',
    summary: 'List who made, moved and deleted the tags of a repository, the latest first (not in Harbor)',
    errors: [400, 401, 403, 404, 422],
  })
  @ReturnsList(TagMoveDto)
  listAll(
    @CurrentProject() project: ProjectFacts,
    @RepositoryName() repository: string,
    @Query() query: ListTagHistoryQuery,
  ): Promise<Page<TagMoveBody>> {
    return this.page(project, { repository }, query);
  }

  @Get('tags/:tag_name/history')
  @RequirePermission('repository:read')
  @PathParameters('project_name', 'repository_name')
  @Operation({
    id: 'getTagHistory',
    tag: 'repository',
    summary: 'List what a tag has pointed to, the latest first; it need not be there any more (not in Harbor)',
    errors: [400, 401, 403, 404, 422],
  })
  @ReturnsList(TagMoveDto)
  listOne(
    @CurrentProject() project: ProjectFacts,
    @RepositoryName() repository: string,
    @Param() { tag_name: tag }: TagNamePath,
    @Query() query: ListTagHistoryQuery,
  ): Promise<Page<TagMoveBody>> {
    return this.page(project, { repository, tag }, query);
  }

  @Post('tags/:tag_name/restore')
  @RequirePermission('artifact:create')
  @Audited('restore_tag', theTag, 'failures')
  @PathParameters('project_name', 'repository_name')
  @Operation({
    id: 'restoreTag',
    tag: 'repository',
    summary: 'Point a tag at what it pointed to once, and restore that when it was deleted (not in Harbor)',
    errors: [400, 401, 403, 404, 412, 422],
  })
  @Returns(RestoredTagDto)
  async restore(
    @RepositoryName() repository: string,
    @Param() { tag_name: tag }: TagNamePath,
    @Body() { digest }: RestoreTagDto,
    @Req() request: FastifyRequest,
  ): Promise<z.input<typeof RestoredTagDto.schema>> {
    const wanted = { projectId: projectOf(request).id, repository, tag, digest };
    return toRestoredTag(await this.gated.restoreTag(wanted, request));
  }

  private async page(
    { id }: ProjectFacts,
    scope: { repository: string; tag?: string },
    query: ListTagHistoryQuery,
  ): Promise<Page<TagMoveBody>> {
    const { items, total } = await this.history.list(scope, listOptions(query), moveSigning);
    return new Page((await this.signing.ofMoves(id, items)).map(toTagMove), total, query);
  }
}
