import { TagsService } from '@breakwater/artifacts';
import { nextPageLink, parseRegistryPage, type RepositoryName } from '@breakwater/kernel';
import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Demands } from '../auth/registry-auth.guard';
import { QueryOnce, type SingleQuery } from '../http/query';
import { RepositoryParam } from '../http/repository.param';

const maxPage = 10_000;

@Controller('v2/:name/tags')
export class TagsController {
  constructor(private readonly tags: TagsService) {}

  /** end-8: ASCII order; `last` is exclusive and need not exist; without `n` as many as fit a page. */
  @Get('list')
  @Demands('pull')
  async list(
    @RepositoryParam() repository: RepositoryName,
    @QueryOnce() query: SingleQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { n = maxPage, last } = parseRegistryPage(query, maxPage);
    const names = await this.tags.names(repository.full, { limit: n + 1, last });
    const tags = names.slice(0, n);
    const end = tags.at(-1);
    if (names.length > n && end !== undefined)
      void reply.header('link', nextPageLink(`/v2/${repository.full}/tags/list`, { n, last: end }));
    await reply.send({ name: repository.full, tags });
  }
}
