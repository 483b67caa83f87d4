import { ReferrersService } from '@breakwater/artifacts';
import { mediaTypes, parseDigest, parseRegistryPage, type RepositoryName } from '@breakwater/kernel';
import { Injectable } from '@nestjs/common';
import { queryOnce } from '../http/query';
import type { RepositoryCall, Route, Routes } from '../http/route';
import { param } from '../http/router';

@Injectable()
export class ReferrersRoutes implements Routes {
  readonly routes: readonly Route[] = [
    { method: 'GET', url: '/v2/:name/referrers/:digest', demand: 'pull', handle: (call) => this.list(call) },
  ];

  constructor(private readonly referrers: ReferrersService) {}

  /** end-12: an index of what refers to the digest; empty when nothing does, or when the subject is not here. */
  private async list(call: RepositoryCall): Promise<void> {
    const { request, reply, repository } = call;
    const digest = param(call, 'digest');
    const query = queryOnce(request);
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
