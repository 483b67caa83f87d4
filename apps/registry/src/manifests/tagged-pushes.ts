import {
  digestOfPush,
  ManifestPushService,
  tagsOfPush,
  type ManifestPush,
  type PushedManifest,
} from '@breakwater/artifacts';
import { parseManifest } from '@breakwater/kernel';
import { TaggingGate } from '@breakwater/trust-gate';
import { Injectable } from '@nestjs/common';

/** Pushes, as far as the trust policies of their projects let them set tags. */
@Injectable()
export class TaggedPushes {
  constructor(
    private readonly pushes: ManifestPushService,
    private readonly gate: TaggingGate,
  ) {}

  /**
   * `host`: as the client names the registry. Throws PROJECTPOLICYVIOLATION when a tag may not be set: the manifest is
   * stored, without tags, for docker cannot push in any other way what has to be signed first.
   */
  async push(push: ManifestPush, host: string): Promise<PushedManifest> {
    const { projectId, repository, payload, contentType } = push;
    if (!(await this.gate.isAsked(projectId))) return this.pushes.push(push);
    const [digest, manifest] = [digestOfPush(push), parseManifest(payload, contentType)];
    return this.gate.pass(
      { projectId, repository, digest, tags: tagsOfPush(push), manifest, host },
      {
        store: () => this.pushes.pushUntagged(push),
        tag: (expected) => this.pushes.push({ ...push, ...(expected && { expected }) }),
      },
    );
  }
}
