import { UploadRoom, UploadsService } from '@breakwater/artifacts';
import { AppError, type RepositoryName } from '@breakwater/kernel';
import { Controller, Delete, Get, Param, Patch, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Demands } from '../auth/registry-auth.guard';
import { QueryOnce, queryOnce, type SingleQuery } from '../http/query';
import { RepositoryParam } from '../http/repository.param';
import { contentLength, hasBody } from '../http/request-body';
import { TargetProjects } from '../http/target-projects';
import { BlobMounts } from './blob-mounts';
import { parseAlgorithm, parseUploadId, UploadRequests, withProgressOnRangeError } from './upload-requests';

@Controller('v2/:name/blobs/uploads')
export class UploadsController {
  constructor(
    private readonly uploads: UploadsService,
    private readonly room: UploadRoom,
    private readonly mounts: BlobMounts,
    private readonly requests: UploadRequests,
    private readonly projects: TargetProjects,
  ) {}

  /** end-4a, 4b, 4c, 11: a new session, a whole blob at once, or a mount that falls back to a session. */
  @Post('/')
  @Demands('push')
  async start(
    @RepositoryParam() repository: RepositoryName,
    @QueryOnce() query: SingleQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const algorithm = parseAlgorithm(query['digest-algorithm']);
    const target = await this.projects.target(repository);
    if (query.mount !== undefined && (await this.mounts.mount(target, repository, request)))
      return this.requests.stored(reply, repository, query.mount);
    if (query.digest !== undefined && (hasBody(request) || contentLength(request) === 0)) {
      await this.uploads.upload(target, query.digest, this.requests.body(request, reply));
      return this.requests.stored(reply, repository, query.digest);
    }
    await this.room.assertFits(target.projectId, 0);
    const id = await this.uploads.start(target, algorithm);
    return this.requests.progress(reply, 202, { repository, id, receivedBytes: 0 });
  }

  /** end-13 */
  @Get(':id')
  @Demands('push')
  async status(
    @RepositoryParam() repository: RepositoryName,
    @Param('id') text: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const id = parseUploadId(text);
    const receivedBytes = await this.uploads.receivedBytes(await this.projects.target(repository), id);
    await this.requests.progress(reply, 204, { repository, id, receivedBytes });
  }

  /** end-5 */
  @Patch(':id')
  @Demands('push')
  async append(
    @RepositoryParam() repository: RepositoryName,
    @Param('id') text: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const id = parseUploadId(text);
    const target = await this.projects.target(repository);
    const receivedBytes = await withProgressOnRangeError(repository, id, () =>
      this.uploads.append(target, id, this.requests.body(request, reply)),
    );
    await this.requests.progress(reply, 202, { repository, id, receivedBytes });
  }

  /** end-6 */
  @Put(':id')
  @Demands('push')
  async finish(
    @RepositoryParam() repository: RepositoryName,
    @Param('id') text: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const id = parseUploadId(text);
    const { digest } = queryOnce(request);
    if (digest === undefined) throw new AppError('DIGEST_INVALID', 'the digest parameter is missing');
    const target = await this.projects.target(repository);
    const body = this.requests.optionalBody(request, reply);
    await withProgressOnRangeError(repository, id, () => this.uploads.finish(target, id, digest, body));
    await this.requests.stored(reply, repository, digest);
  }

  /** end-14 */
  @Delete(':id')
  @Demands('push')
  async cancel(
    @RepositoryParam() repository: RepositoryName,
    @Param('id') text: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.uploads.cancel(await this.projects.target(repository), parseUploadId(text));
    await reply.status(204).send();
  }
}
