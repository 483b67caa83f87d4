import type { EventActor } from '@breakwater/contracts';
import { Outbox } from '@breakwater/events';
import {
  AppError,
  digestOf,
  failpoint,
  parseDigest,
  parseManifest,
  requiredBlobs,
  type Manifest,
  type Reference,
} from '@breakwater/kernel';
import { Injectable } from '@nestjs/common';
import { ArtifactRecorder, type RecordedArtifact } from './artifact-recorder';
import { BlobsRepository, type BlobRow } from '../blobs/blobs.repository';
import { PushedAttributes } from '../attributes/pushed-attributes';
import { ProjectChanges } from '../usage/project-changes';
import { requireAll } from './require-all';
import { TagsService, type ExpectedTags, type TagCondition } from '../tags/tags.service';

export interface ManifestPush {
  projectId: number;
  /** With the project: `library/nginx`. */
  repository: string;
  reference: Reference;
  /** Tags to set besides, when the reference is a digest ("Pushing manifests with tags"). */
  tags: string[];
  contentType: string | undefined;
  payload: Buffer;
  actor: EventActor;
  condition: TagCondition;
  /** What the tags must point to still. */
  expected?: ExpectedTags;
}

export interface PushedManifest {
  /** In the client's own algorithm. */
  digest: string;
  tags: string[];
  subject: string | undefined;
}

/** Pushing a manifest: what it needs is there, it fits the quota, and then everything becomes visible at once. */
@Injectable()
export class ManifestPushService {
  constructor(
    private readonly changes: ProjectChanges,
    private readonly blobs: BlobsRepository,
    private readonly attributes: PushedAttributes,
    private readonly recorder: ArtifactRecorder,
    private readonly tags: TagsService,
    private readonly outbox: Outbox,
  ) {}

  async push(push: ManifestPush): Promise<PushedManifest> {
    const digest = digestOfPush(push);
    const manifest = parseManifest(push.payload, push.contentType);
    const tags = tagsOfPush(push);
    const extraAttrs = await this.attributes.of(push.repository, manifest);
    await this.changes.inPushedRepository({ ...push, references: [digest, ...tags] }, async (repository, quota) => {
      const blobs = await this.requireBlobs(repository.id, manifest);
      await this.tags.assertCondition(repository.id, tags, push.condition);
      const artifact = await this.recorder.record(repository, {
        digest,
        payload: push.payload,
        manifest,
        blobs,
        tags,
        extraAttrs,
      });
      const cause = { ...push, digest, ...(tags[0] !== undefined && { tag: tags[0] }) };
      await this.changes.countPushed(quota, artifact.addedBytes, cause);
      const { actor, expected } = push;
      await this.tags.move(repository, tags, { artifactId: artifact.id, digest, actor, expected });
      await this.announce(push, { ...artifact, digest, tags });
      failpoint('manifest.before-commit');
    });
    failpoint('manifest.after-commit');
    return { digest, tags, subject: manifest.subject?.digest };
  }

  /** Without its tags. */
  async pushUntagged(push: ManifestPush): Promise<PushedManifest> {
    const digest = digestOfPush(push);
    return this.push({ ...push, reference: { kind: 'digest', digest }, tags: [], condition: {} });
  }

  /** Throws one MANIFEST_BLOB_UNKNOWN for every blob that was not pushed or mounted here. */
  private async requireBlobs(repositoryId: number, manifest: Manifest): Promise<BlobRow[]> {
    const wanted = requiredBlobs(manifest).map(({ digest }) => digest);
    return requireAll(wanted, await this.blobs.lockForPush(repositoryId, wanted), missingBlob);
  }

  private async announce(
    push: ManifestPush,
    artifact: RecordedArtifact & { digest: string; tags: string[] },
  ): Promise<void> {
    await this.outbox.add({
      topic: 'artifact.pushed',
      key: push.repository,
      payload: {
        projectId: push.projectId,
        repositoryId: artifact.repositoryId,
        repository: push.repository,
        actor: push.actor,
        artifactId: artifact.id,
        digest: artifact.digest,
        mediaType: artifact.mediaType,
        artifactType: artifact.artifactType,
        tags: artifact.tags,
        created: artifact.created,
      },
    });
  }
}

/** All that a push sets. */
export function tagsOfPush({ reference, tags }: Pick<ManifestPush, 'reference' | 'tags'>): string[] {
  return reference.kind === 'tag' ? [reference.tag] : tags;
}

/** The digest under which the manifest is stored: the client's, when it named one. Throws DIGEST_INVALID. */
export function digestOfPush({ reference, payload }: Pick<ManifestPush, 'reference' | 'payload'>): string {
  if (reference.kind === 'tag') return digestOf(payload);
  const actual = digestOf(payload, parseDigest(reference.digest).algorithm);
  if (actual !== reference.digest)
    throw new AppError('DIGEST_INVALID', 'provided digest did not match uploaded content', {
      detail: { provided: reference.digest, actual },
    });
  return actual;
}

function missingBlob(digest: string): AppError {
  return new AppError(
    'MANIFEST_BLOB_UNKNOWN',
    `manifest references ${digest}, which is not in this repository: push it first`,
    { detail: { digest } },
  );
}
