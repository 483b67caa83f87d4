import { RepositoriesRepository } from '@breakwater/artifacts';
import { nextPageLink, parseRegistryPage } from '@breakwater/kernel';
import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Demands } from '../auth/registry-auth.guard';
import { QueryOnce, type SingleQuery } from '../http/query';

const defaultPage = 100;
const maxPage = 1_000;

@Controller('v2')
export class BaseController {
  constructor(private readonly repositories: RepositoriesRepository) {}

  /** end-1: tells a client that this is a registry, and by 401 that it wants credentials. */
  @Get('/')
  @Demands('login')
  ping(): Record<string, never> {
    return {};
  }

  /** Docker's catalog: all repositories in ASCII order. */
  @Get('_catalog')
  @Demands('catalog')
  async catalog(@QueryOnce() query: SingleQuery, @Res() reply: FastifyReply): Promise<void> {
    const { n = defaultPage, last } = parseRegistryPage(query, maxPage);
    const names = n === 0 ? [] : await this.repositories.names({ limit: n + 1, last });
    const repositories = names.slice(0, n);
    const end = repositories.at(-1);
    if (names.length > n && end !== undefined)
      void reply.header('link', nextPageLink('/v2/_catalog', { n, last: end }));
    await reply.send({ repositories });
  }
}
