import { ReferrersService } from '@breakwater/artifacts';
import { mediaTypes, parseDigest, parseRegistryPage, type RepositoryName } from '@breakwater/kernel';
import { Controller, Get, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Demands } from '../auth/registry-auth.guard';
import { QueryOnce, type SingleQuery } from '../http/query';
import { RepositoryParam } from '../http/repository.param';

@Controller('v2/:name/referrers')
export class ReferrersController {
  constructor(private readonly referrers: ReferrersService) {}

  /** end-12: an index of what refers to the digest; empty when nothing does, or when the subject is not here. */
  @Get(':digest')
  @Demands('pull')
  async list(
    @RepositoryParam() repository: RepositoryName,
    @Param('digest') digest: string,
    @QueryOnce() query: SingleQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    parseDigest(digest);
    const artifactType = query.artifactType || undefined;
    const { descriptors, next } = await this.referrers.list(repository.full, digest, {
      artifactType,
      last: parseRegistryPage({ last: query.last }).last,
    });
    if (artifactType) void reply.header('oci-filters-applied', 'artifactType');
    if (next) void reply.header('link', linkTo(repository, digest, { artifactType, last: next }));
    // As bytes, or a charset would be added to the media type.
    const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: descriptors };
    await reply.header('content-type', mediaTypes.ociIndex).send(Buffer.from(JSON.stringify(index)));
  }
}

function linkTo(
  repository: RepositoryName,
  digest: string,
  { artifactType, last }: { artifactType?: string; last: string },
): string {
  const query = new URLSearchParams({ ...(artifactType && { artifactType }), last });
  return `</v2/${repository.full}/referrers/${digest}?${query}>; rel="next"`;
}
