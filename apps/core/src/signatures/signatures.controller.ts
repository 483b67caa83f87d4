import { ArtifactListService } from '@breakwater/artifacts';
import { AppError } from '@breakwater/kernel';
import { SigningViews } from '@breakwater/signatures';
import { Controller, Get, Param } from '@nestjs/common';
import type { z } from 'zod';
import { RequirePermission } from '../auth';
import { api, Operation, PathParameters, RepositoryName, Returns } from '../rest';
import { SignaturesDto, toSignatures } from './signatures.dto';

/** Not in Harbor. */
@Controller(`${api}/projects/:project_name/repositories/:repository_name/artifacts/:reference/additions`)
export class SignaturesController {
  constructor(
    private readonly artifacts: ArtifactListService,
    private readonly views: SigningViews,
  ) {}

  @Get('signatures')
  @RequirePermission('artifact-addition:read')
  @PathParameters('project_name', 'repository_name', 'reference')
  @Operation({
    id: 'getSignaturesAddition',
    tag: 'artifact',
    summary: 'Tell who signed an artifact, and whether that counts (not in Harbor)',
    errors: [400, 401, 403, 404],
  })
  @Returns(SignaturesDto)
  async get(
    @RepositoryName() repository: string,
    @Param('reference') reference: string,
  ): Promise<z.input<typeof SignaturesDto.schema>> {
    const { id, projectId, digest } = await this.artifacts.get(repository, reference);
    const view = await this.views.ofArtifact({ id, projectId });
    if (!view) throw new AppError('NOT_FOUND', `artifact ${repository}@${digest} not found`);
    return toSignatures(digest, view);
  }
}
