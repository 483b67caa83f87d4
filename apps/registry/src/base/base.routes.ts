import { RepositoriesRepository } from '@breakwater/artifacts';
import { nextPageLink, parseRegistryPage } from '@breakwater/kernel';
import { Injectable } from '@nestjs/common';
import { queryOnce } from '../http/query';
import type { Call, Route, Routes } from '../http/route';

const defaultPage = 100;
const maxPage = 1_000;

@Injectable()
export class BaseRoutes implements Routes {
  readonly routes: readonly Route[] = [
    // end-1: tells a client that this is a registry, and by 401 that it wants credentials.
    { method: 'GET', url: '/v2/', demand: 'login', handle: ({ reply }) => Promise.resolve(reply.send({})) },
    { method: 'GET', url: '/v2/_catalog', demand: 'catalog', handle: (call) => this.catalog(call) },
  ];

  constructor(private readonly repositories: RepositoriesRepository) {}

  /** Docker's catalog: all repositories in ASCII order. */
  private async catalog({ request, reply }: Call): Promise<void> {
    const { n = defaultPage, last } = parseRegistryPage(queryOnce(request), maxPage);
    const names = n === 0 ? [] : await this.repositories.names({ limit: n + 1, last });
    const repositories = names.slice(0, n);
    const end = repositories.at(-1);
    if (names.length > n && end !== undefined)
      void reply.header('link', nextPageLink('/v2/_catalog', { n, last: end }));
    await reply.send({ repositories });
  }
}
