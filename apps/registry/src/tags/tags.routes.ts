import { TagsService } from '@breakwater/artifacts';
import { nextPageLink, parseRegistryPage } from '@breakwater/kernel';
import { Injectable } from '@nestjs/common';
import { queryOnce } from '../http/query';
import type { RepositoryCall, Route, Routes } from '../http/route';

const maxPage = 10_000;

@Injectable()
export class TagsRoutes implements Routes {
  readonly routes: readonly Route[] = [
    { method: 'GET', url: '/v2/:name/tags/list', demand: 'pull', handle: (call) => this.list(call) },
  ];

  constructor(private readonly tags: TagsService) {}

  /** end-8: ASCII order; `last` is exclusive and need not exist; without `n` as many as fit a page. */
  private async list({ request, reply, repository }: RepositoryCall): Promise<void> {
    const { n = maxPage, last } = parseRegistryPage(queryOnce(request), maxPage);
    const names = await this.tags.names(repository.full, { limit: n + 1, last });
    const tags = names.slice(0, n);
    const end = tags.at(-1);
    if (names.length > n && end !== undefined)
      void reply.header('link', nextPageLink(`/v2/${repository.full}/tags/list`, { n, last: end }));
    await reply.send({ name: repository.full, tags });
  }
}
