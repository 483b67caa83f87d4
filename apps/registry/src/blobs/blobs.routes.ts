import { BlobsService } from '@breakwater/artifacts';
import { parseDigest } from '@breakwater/kernel';
import { Injectable } from '@nestjs/common';
import { HotBlobs } from '../hot/hot-blobs';
import { isNotModified } from '../http/conditions';
import type { RepositoryCall, Route, Routes } from '../http/route';
import { param } from '../http/router';
import { BlobDelivery } from './blob-delivery';

const url = '/v2/:name/blobs/:digest';

@Injectable()
export class BlobsRoutes implements Routes {
  readonly routes: readonly Route[] = [
    { method: 'HEAD', url, demand: 'pull', handle: (call) => this.stat(call) },
    { method: 'GET', url, demand: 'pull', handle: (call) => this.pull(call) },
    { method: 'DELETE', url, demand: 'delete', handle: (call) => this.delete(call) },
  ];

  constructor(
    private readonly blobs: BlobsService,
    private readonly delivery: BlobDelivery,
    private readonly hot: HotBlobs,
  ) {}

  /** end-2 */
  private async stat(call: RepositoryCall): Promise<void> {
    const { request, reply, caller, repository } = call;
    const digest = param(call, 'digest');
    parseDigest(digest);
    const mayPush = await caller.may('push', repository);
    const ticket = this.hot.ticket(repository.full);
    const blob = await this.blobs.stat(repository.full, digest, { mayPush });
    await this.hot.keep(request, { ticket, repository: repository.full, blob });
    this.delivery.describe(reply, blob);
    await reply.send();
  }

  /** end-2 */
  private async pull(call: RepositoryCall): Promise<void> {
    const { request, reply, repository } = call;
    const digest = param(call, 'digest');
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
  private async delete(call: RepositoryCall): Promise<void> {
    const { reply, repository } = call;
    const digest = param(call, 'digest');
    parseDigest(digest);
    await this.blobs.delete(repository.full, digest);
    await reply.status(202).header('content-length', 0).send();
  }
}
