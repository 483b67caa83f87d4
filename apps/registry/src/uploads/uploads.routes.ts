import { UploadsService } from '@breakwater/artifacts';
import { AppError } from '@breakwater/kernel';
import { Injectable } from '@nestjs/common';
import { queryOnce } from '../http/query';
import { contentLength, hasBody } from '../http/request-body';
import type { RepositoryCall, Route, Routes } from '../http/route';
import { TargetProjects } from '../http/target-projects';
import { BlobMounts } from './blob-mounts';
import { parseAlgorithm, parseUploadId, UploadRequests, withProgressOnRangeError } from './upload-requests';

const uploadUrl = '/v2/:name/blobs/uploads/:id';

@Injectable()
export class UploadsRoutes implements Routes {
  readonly routes: readonly Route[] = [
    { method: 'POST', url: '/v2/:name/blobs/uploads/', demand: 'push', handle: (call) => this.start(call) },
    { method: 'GET', url: uploadUrl, demand: 'push', handle: (call) => this.status(call) },
    { method: 'PATCH', url: uploadUrl, demand: 'push', handle: (call) => this.append(call) },
    { method: 'PUT', url: uploadUrl, demand: 'push', handle: (call) => this.finish(call) },
    { method: 'DELETE', url: uploadUrl, demand: 'push', handle: (call) => this.cancel(call) },
  ];

  constructor(
    private readonly uploads: UploadsService,
    private readonly mounts: BlobMounts,
    private readonly requests: UploadRequests,
    private readonly projects: TargetProjects,
  ) {}

  /** end-4a, 4b, 4c, 11: a new session, a whole blob at once, or a mount that falls back to a session. */
  private async start({ request, reply, caller, repository }: RepositoryCall): Promise<void> {
    const query = queryOnce(request);
    const algorithm = parseAlgorithm(query['digest-algorithm']);
    const target = await this.projects.target(repository);
    if (query.mount !== undefined && (await this.mounts.mount(target, { request, caller, repository })))
      return this.requests.stored(reply, repository, query.mount);
    if (query.digest !== undefined && (hasBody(request) || contentLength(request) === 0)) {
      await this.uploads.upload(target, query.digest, this.requests.body(request, reply));
      return this.requests.stored(reply, repository, query.digest);
    }
    const id = this.uploads.start(target, algorithm);
    return this.requests.progress(reply, 202, { repository, id, receivedBytes: 0 });
  }

  /** end-13 */
  private async status({ reply, repository, params }: RepositoryCall): Promise<void> {
    const id = parseUploadId(params.id);
    const receivedBytes = await this.uploads.receivedBytes(await this.projects.target(repository), id);
    await this.requests.progress(reply, 204, { repository, id, receivedBytes });
  }

  /** end-5 */
  private async append({ request, reply, repository, params }: RepositoryCall): Promise<void> {
    const id = parseUploadId(params.id);
    const target = await this.projects.target(repository);
    const receivedBytes = await withProgressOnRangeError(repository, id, () =>
      this.uploads.append(target, id, this.requests.body(request, reply)),
    );
    await this.requests.progress(reply, 202, { repository, id, receivedBytes });
  }

  /** end-6 */
  private async finish({ request, reply, repository, params }: RepositoryCall): Promise<void> {
    const id = parseUploadId(params.id);
    const { digest } = queryOnce(request);
    if (digest === undefined) throw new AppError('DIGEST_INVALID', 'the digest parameter is missing');
    const target = await this.projects.target(repository);
    const body = this.requests.optionalBody(request, reply);
    await withProgressOnRangeError(repository, id, () => this.uploads.finish(target, id, digest, body));
    await this.requests.stored(reply, repository, digest);
  }

  /** end-14 */
  private async cancel({ reply, repository, params }: RepositoryCall): Promise<void> {
    await this.uploads.cancel(await this.projects.target(repository), parseUploadId(params.id));
    await reply.status(204).send();
  }
}
