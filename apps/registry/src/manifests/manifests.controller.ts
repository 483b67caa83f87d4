import {
  ArtifactDeletionService,
  ManifestPushService,
  ManifestsService,
  PullRecorder,
  TagsService,
  type StoredManifest,
} from '@breakwater/artifacts';
import { parseReference, type RepositoryName } from '@breakwater/kernel';
import { Controller, Delete, Get, Head, Param, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Actors } from '../auth/actors';
import { Demands } from '../auth/registry-auth.guard';
import { HotAnswers } from '../hot/hot-answers';
import { isNotModified } from '../http/conditions';
import { RepositoryParam } from '../http/repository.param';
import { ManifestRequests } from './manifest-requests';

/** Reading manifests, and removing them or their names. */
@Controller('v2/:name/manifests/:reference')
export class ManifestsController {
  constructor(
    private readonly manifests: ManifestsService,
    private readonly deletions: ArtifactDeletionService,
    private readonly tags: TagsService,
    private readonly pulls: PullRecorder,
    private readonly actors: Actors,
    private readonly hot: HotAnswers,
  ) {}

  /** end-3 */
  @Head()
  @Demands('pull')
  async stat(
    @RepositoryParam() repository: RepositoryName,
    @Param('reference') reference: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { manifest } = await this.read(repository, reference, request);
    describe(reply, manifest);
    if (isNotModified(request, manifest.digest)) await reply.status(304).send();
    else await reply.header('content-length', manifest.size).send();
  }

  /** end-3: the bytes exactly as pushed, in the type they were pushed with, whatever `Accept` says. */
  @Get()
  @Demands('pull')
  async pull(
    @RepositoryParam() repository: RepositoryName,
    @Param('reference') reference: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { manifest, payload } = await this.read(repository, reference, request);
    describe(reply, manifest);
    if (isNotModified(request, manifest.digest)) {
      await reply.status(304).send();
      return;
    }
    this.pulls.record(manifest);
    await reply.send(payload);
  }

  /** end-9: a tag is only a name; a digest goes with all its tags. */
  @Delete()
  @Demands('delete')
  async delete(
    @RepositoryParam() repository: RepositoryName,
    @Param('reference') text: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const reference = parseReference(text);
    const actor = this.actors.of(request);
    if (reference.kind === 'tag') await this.tags.delete(repository.full, reference.tag, actor);
    else await this.deletions.delete(repository.full, reference.digest, actor);
    await reply.status(202).header('content-length', 0).send();
  }

  /** Also for HEAD, which clients send before GET: the next one is answered from the cache. */
  private async read(
    repository: RepositoryName,
    reference: string,
    request: FastifyRequest,
  ): Promise<{ manifest: StoredManifest; payload: Buffer }> {
    const ticket = this.hot.ticket(repository.full);
    const manifest = await this.manifests.find(repository.full, parseReference(reference));
    const payload = await this.manifests.payload(manifest);
    this.hot.keepManifest(request, { ticket, repository: repository.full, manifest, body: payload });
    return { manifest, payload };
  }
}

@Controller('v2/:name/manifests/:reference')
export class ManifestPushController {
  constructor(
    private readonly pushes: ManifestPushService,
    private readonly requests: ManifestRequests,
  ) {}

  /** end-7a, end-7b */
  @Put()
  @Demands('push')
  async push(
    @RepositoryParam() repository: RepositoryName,
    @Param('reference') text: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const push = await this.requests.push(repository, parseReference(text), request, reply);
    const { digest, subject } = await this.pushes.push(push);
    if (subject) void reply.header('oci-subject', subject);
    if (push.tags.length) void reply.header('oci-tag', push.tags);
    const location = `/v2/${repository.full}/manifests/${digest}`;
    await reply
      .status(201)
      .headers({ location, 'docker-content-digest': digest, etag: `"${digest}"`, 'content-length': 0 })
      .send();
  }
}

function describe(reply: FastifyReply, { digest, mediaType }: StoredManifest): void {
  void reply.headers({ 'content-type': mediaType, 'docker-content-digest': digest, etag: `"${digest}"` });
}
