import type { Principal } from '@breakwater/access';
import { ArtifactSearchService, RepositorySearchRepository } from '@breakwater/artifacts';
import { ProjectsService } from '@breakwater/projects';
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { CurrentPrincipal, Public } from '../auth';
import { toProject } from '../projects/project.dto';
import { api, Operation, Returns, ReturnsSlice } from '../rest';
import {
  FoundArtifactDto,
  SearchArtifactsQuery,
  SearchDto,
  SearchQuery,
  toFoundArtifact,
  toFoundRepository,
} from './search.dto';

/** Harbor answers all that fit, however many. */
const mostFound = 200;

@Controller(`${api}/search`)
export class SearchController {
  constructor(
    private readonly projects: ProjectsService,
    private readonly repositories: RepositorySearchRepository,
    private readonly artifacts: ArtifactSearchService,
  ) {}

  @Get()
  @Public()
  @Operation({
    id: 'search',
    tag: 'search',
    summary: `Find projects and repositories by a part of their name, the first ${mostFound} of each`,
    errors: [401, 422],
  })
  @Returns(SearchDto)
  async search(
    @CurrentPrincipal() principal: Principal,
    @Query() { q }: SearchQuery,
  ): Promise<z.input<typeof SearchDto.schema>> {
    const [projects, repositories] = await Promise.all([
      this.projects.search(principal, q, mostFound),
      this.repositories.find(principal, q, mostFound),
    ]);
    return { project: projects.map((project) => toProject(project)), repository: repositories.map(toFoundRepository) };
  }

  @Get('artifacts')
  @Public()
  @Operation({
    id: 'searchArtifacts',
    tag: 'search',
    summary:
      'Find artifacts by digest, tag, label or annotation in all projects that the caller may read (not in Harbor)',
    errors: [400, 401, 422],
  })
  @ReturnsSlice(FoundArtifactDto)
  async searchArtifacts(
    @CurrentPrincipal() principal: Principal,
    @Query() { page_size: size, cursor, ...wanted }: SearchArtifactsQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<z.input<typeof FoundArtifactDto.schema>[]> {
    const { items, next } = await this.artifacts.find(principal, wanted, { cursor, size });
    if (next !== undefined) void reply.header('Link', `<${withCursor(request.originalUrl, next)}>; rel="next"`);
    return items.map(toFoundArtifact);
  }
}

function withCursor(url: string, cursor: string): string {
  const [path = '', query = ''] = url.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.set('cursor', cursor);
  return `${path}?${parameters.toString()}`;
}
