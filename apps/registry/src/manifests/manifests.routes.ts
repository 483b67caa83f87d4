import { ArtifactDeletionService, TagsService, type StoredManifest } from '@breakwater/artifacts';
import { failpoint, parseReference } from '@breakwater/kernel';
import { FrontDoor } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Actors } from '../auth/actors';
import { isNotModified } from '../http/conditions';
import { flagIn } from '../http/query';
import type { RepositoryCall, Route, Routes } from '../http/route';
import { param } from '../http/router';
import { AskedManifests } from './asked-manifests';
import { ManifestRequests } from './manifest-requests';
import { Pulls } from './pulls';
import { TaggedPushes } from './tagged-pushes';

const url = '/v2/:name/manifests/:reference';

/** Reading manifests, and removing them or their names. */
@Injectable()
export class ManifestsRoutes implements Routes {
  readonly routes: readonly Route[] = [
    { method: 'HEAD', url, demand: 'pull', handle: (call) => this.stat(call) },
    { method: 'GET', url, demand: 'pull', handle: (call) => this.pull(call) },
    { method: 'DELETE', url, demand: 'delete', handle: (call) => this.delete(call) },
  ];

  constructor(
    private readonly asked: AskedManifests,
    private readonly deletions: ArtifactDeletionService,
    private readonly tags: TagsService,
    private readonly pulls: Pulls,
    private readonly actors: Actors,
  ) {}

  /** end-3. Of what nobody may pull as well: to sign it, clients learn its digest and size. */
  private async stat(call: RepositoryCall): Promise<void> {
    const { request, reply } = call;
    const { manifest } = await this.asked.read(call);
    describe(reply, manifest);
    if (isNotModified(request, manifest.digest)) await reply.status(304).send();
    else await reply.header('content-length', manifest.payload.length).send();
  }

  /** end-3: the bytes exactly as pushed, in the type they were pushed with, whatever `Accept` says. */
  private async pull(call: RepositoryCall): Promise<void> {
    const { request, reply } = call;
    const { manifest, decision } = await this.asked.read(call);
    await this.asked.assertPasses(call, decision);
    describe(reply, manifest);
    if (isNotModified(request, manifest.digest)) {
      await reply.status(304).send();
      return;
    }
    const { full: repository } = call.repository;
    const pull = { artifact: manifest, repository, digest: manifest.digest, reference: param(call, 'reference') };
    this.pulls.record(pull, request.raw, call.caller.name);
    await reply.send(manifest.payload);
  }

  /** end-9: a tag is only a name; a digest goes with all its tags. Not of the specification: `confirm_signed`. */
  private async delete(call: RepositoryCall): Promise<void> {
    const { reply, repository } = call;
    const reference = parseReference(param(call, 'reference'));
    const actor = this.actors.of(call);
    const confirmed = { signed: flagIn(call.request, 'confirm_signed') };
    if (reference.kind === 'tag') await this.tags.delete(repository.full, reference.tag, actor, confirmed);
    else await this.deletions.delete(repository.full, reference.digest, actor, confirmed);
    await reply.status(202).header('content-length', 0).send();
  }
}

@Injectable()
export class ManifestPushRoutes implements Routes {
  readonly routes: readonly Route[] = [{ method: 'PUT', url, demand: 'push', handle: (call) => this.push(call) }];

  constructor(
    private readonly pushes: TaggedPushes,
    private readonly requests: ManifestRequests,
    private readonly frontDoor: FrontDoor,
  ) {}

  /** end-7a, end-7b */
  private async push(call: RepositoryCall): Promise<void> {
    const { reply, repository } = call;
    const push = await this.requests.push(call, parseReference(param(call, 'reference')));
    const host = this.frontDoor.host(call.request.raw);
    const { digest, subject } = await this.pushes.push(push, host);
    failpoint('manifest.before-201');
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
