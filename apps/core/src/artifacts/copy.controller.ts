import { Controller, Post, Query, Req, Res } from '@nestjs/common';
import { ArtifactListService } from '@breakwater/artifacts';
import { parseRepositoryName } from '@breakwater/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { Audited, theRepository } from '../audit-logs';
import { AccessChecker, RequirePermission } from '../auth';
import { principalOf, projectOf } from '../auth/request-context';
import { api, Operation, PathParameters, RepositoryName, ReturnsCreated, setLocation } from '../rest';
import { artifactPath } from './artifact-path';
import { parseCopySource } from './copy-source';
import { GatedReads } from './gated-reads';
import { GatedTags } from './gated-tags';

export class CopyArtifactQuery extends createZodDto(
  z.object({
    from: z.string().max(600).describe('The artifact to copy: `project/repository:tag` or `project/repository@digest`'),
  }),
) {}

@Controller(`${api}/projects/:project_name/repositories/:repository_name/artifacts`)
export class CopyController {
  constructor(
    private readonly checker: AccessChecker,
    private readonly artifacts: ArtifactListService,
    private readonly gated: GatedTags,
    private readonly reads: GatedReads,
  ) {}

  @Post()
  @RequirePermission('artifact:create')
  @Audited('create_artifact', theRepository, 'failures')
  @PathParameters('project_name', 'repository_name')
  @Operation({
    id: 'CopyArtifact',
    tag: 'artifact',
    summary: 'Copy an artifact with its tags, children and accessories from another repository',
    errors: [400, 401, 403, 404, 405, 412, 422],
  })
  @ReturnsCreated()
  async copy(
    @RepositoryName() repository: string,
    @Query() query: CopyArtifactQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { repository: from, reference } = parseCopySource(query.from);
    const source = await this.checker.requireProject(principalOf(request), 'artifact:read', {
      name: parseRepositoryName(from).project,
    });
    const { digest } = await this.artifacts.get(from, reference);
    const to = { projectId: projectOf(request).id, repository };
    // Within a project its policy goes on to hold.
    if (source.id !== to.projectId) await this.reads.assertMayCopy({ source, repository: from, digest }, request);
    await this.gated.copy({ from: { repository: from, digest }, to }, request);
    setLocation(reply, artifactPath(repository, reference));
  }
}
