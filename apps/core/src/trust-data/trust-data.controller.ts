import type { ProjectFacts } from '@breakwater/access';
import { AuditTrail } from '@breakwater/audit';
import { AppError } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import { TrustData, TrustOverviews, type DeletedTrust } from '@breakwater/trust';
import { Controller, Delete, Get, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Actors } from '../artifacts/actors';
import { Audited, theRepository } from '../audit-logs';
import { CurrentProject, RequirePermission } from '../auth';
import { api, Operation, PathParameters, RepositoryName, Returns, ReturnsNothing } from '../rest';
import { toTrustData, TrustDataDto } from './trust-data.dto';

const tag = 'trust';

/** Not in Harbor. Trust data may be there before its repository, and is shown and reset all the same. */
@Controller(`${api}/projects/:project_name/repositories/:repository_name/trust`)
export class TrustDataController {
  constructor(
    private readonly database: Database,
    private readonly overviews: TrustOverviews,
    private readonly data: TrustData,
    private readonly trail: AuditTrail,
    private readonly actors: Actors,
  ) {}

  @Get()
  @RequirePermission('artifact-addition:read')
  @PathParameters('project_name', 'repository_name')
  @Operation({
    id: 'getRepositoryTrust',
    tag,
    summary: "Tell what Notary's trust data of a repository is, and whose (not in Harbor)",
    errors: [400, 401, 403, 404],
  })
  @Returns(TrustDataDto)
  async get(@RepositoryName() repository: string): Promise<z.input<typeof TrustDataDto.schema>> {
    return toTrustData(repository, await this.overviews.of(repository));
  }

  @Delete()
  @RequirePermission('configuration:update')
  @Audited('delete_trust_data', theRepository, 'failures')
  @PathParameters('project_name', 'repository_name')
  @Operation({
    id: 'resetRepositoryTrust',
    tag,
    summary: "Delete all of Notary's trust data of a repository: signing begins anew (not in Harbor)",
    errors: [400, 401, 403, 404],
  })
  @ReturnsNothing()
  reset(
    @CurrentProject() project: ProjectFacts,
    @RepositoryName() repository: string,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    return this.database.transaction(async () => {
      const deleted = await this.data.deleteOf(repository);
      if (deleted.length === 0) throw new AppError('NOT_FOUND', `${repository} has no trust data`);
      await this.trail.record(this.actors.of(request), {
        event: 'delete_trust_data',
        resource: repository,
        projectId: project.id,
        description: `reset trust: ${repository}, ${deleted.map(said).join('; ')}`,
      });
    });
  }
}

const said = ({ gun, rootKeyIds }: DeletedTrust): string => `${gun} with root keys ${rootKeyIds.join(', ')}`;
