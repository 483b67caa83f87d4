import { BlobsService } from '@breakwater/artifacts';
import { parseDigest, type RepositoryName } from '@breakwater/kernel';
import { Controller, Delete, Get, Head, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../auth/actors';
import { Demands } from '../auth/registry-auth.guard';
import { HotBlobs } from '../hot/hot-blobs';
import { isNotModified } from '../http/conditions';
import { RepositoryParam } from '../http/repository.param';
import { BlobDelivery } from './blob-delivery';

@Controller('v2/:name/blobs/:digest')
export class BlobsController {
  constructor(
    private readonly blobs: BlobsService,
    private readonly delivery: BlobDelivery,
    private readonly hot: HotBlobs,
  ) {}

  /** end-2 */
  @Head()
  @Demands('pull')
  async stat(
    @RepositoryParam() repository: RepositoryName,
    @Param('digest') digest: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    parseDigest(digest);
    const mayPush = await callerOf(request).may('push', repository);
    const ticket = this.hot.ticket(repository.full);
    const blob = await this.blobs.stat(repository.full, digest, { mayPush });
    await this.hot.keep(request, { ticket, repository: repository.full, blob });
    this.delivery.describe(reply, blob);
    await reply.send();
  }

  /** end-2 */
  @Get()
  @Demands('pull')
  async pull(
    @RepositoryParam() repository: RepositoryName,
    @Param('digest') digest: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    parseDigest(digest);
    const ticket = this.hot.ticket(repository.full);
    const blob = await this.blobs.get(repository.full, digest);
    await this.hot.keep(request, { ticket, repository: repository.full, blob });
    if (isNotModified(request, digest))
      await reply
        .status(304)
        .headers({ etag: `"${digest}"`, 'docker-content-digest': digest })
        .send();
    else await this.delivery.send(blob, request, reply);
  }

  /** end-10: taken out of this repository; others keep it. */
  @Delete()
  @Demands('delete')
  async delete(
    @RepositoryParam() repository: RepositoryName,
    @Param('digest') digest: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    parseDigest(digest);
    await this.blobs.delete(repository.full, digest);
    await reply.status(202).header('content-length', 0).send();
  }
}
