import { AppError, referrerArtifactType, type Manifest } from '@breakwater/kernel';
import { Injectable } from '@nestjs/common';
import { AccessoriesRepository } from '../artifact/accessories.repository';
import { accessoryLink, artifactKind, configType, iconOf } from '../artifact/artifact-kind';
import { ArtifactsRepository, type ArtifactRow } from '../artifact/artifacts.repository';
import { attestationsOf } from '../artifact/attestations';
import type { BlobRow } from '../blobs/blobs.repository';
import { ProjectUsageRepository } from '../usage/project-usage.repository';
import type { RepositoryRow } from '../repository/repositories.repository';
import { requireAll } from './require-all';

export interface ArtifactContent {
  digest: string;
  payload: Buffer;
  manifest: Manifest;
  /** Rows of the blobs it needs, locked. */
  blobs: BlobRow[];
  tags: string[];
  extraAttrs: Record<string, unknown>;
}

export interface RecordedArtifact {
  id: number;
  repositoryId: number;
  created: boolean;
  mediaType: string;
  artifactType: string;
  /** Bytes that the project references more than before. */
  addedBytes: number;
}

/** Writes an artifact and all that hangs on it: manifest bytes, blobs, children, accessory link, usage. */
@Injectable()
export class ArtifactRecorder {
  constructor(
    private readonly artifacts: ArtifactsRepository,
    private readonly accessories: AccessoriesRepository,
    private readonly usage: ProjectUsageRepository,
  ) {}

  /** Call in a transaction that holds the project's quota lock. */
  async record(repository: RepositoryRow, content: ArtifactContent): Promise<RecordedArtifact> {
    const { manifest, blobs, digest, payload } = content;
    const children = await this.requireChildren(repository.id, manifest);
    await this.artifacts.insertManifest(digest, payload);
    const artifactType = referrerArtifactType(manifest) ?? '';
    const { id, created } = await this.artifacts.upsert({
      projectId: repository.projectId,
      repositoryId: repository.id,
      digest,
      type: artifactKind(manifest),
      mediaType: configType(manifest),
      manifestMediaType: manifest.mediaType,
      artifactType,
      // Indexes of indexes can double it with every level; the column holds 63 bits.
      size: Math.min(payload.length + sum(blobs) + sum(children), Number.MAX_SAFE_INTEGER),
      manifestSize: payload.length,
      subjectDigest: manifest.subject?.digest ?? null,
      annotations: manifest.annotations,
      extraAttrs: content.extraAttrs,
      icon: iconOf(manifest),
    });
    const blobIds = blobs.map((blob) => blob.id);
    await this.artifacts.insertBlobs(id, blobIds);
    await this.linkChildren({ id, repositoryId: repository.id }, manifest, children);
    await this.linkSubject(id, repository.id, content);
    const addedBytes = await this.usage.reference(repository.projectId, {
      id,
      created,
      blobIds,
      repository: repository.name,
    });
    return { id, repositoryId: repository.id, created, mediaType: manifest.mediaType, artifactType, addedBytes };
  }

  private async requireChildren(repositoryId: number, manifest: Manifest): Promise<ArtifactRow[]> {
    const wanted = [...new Set(manifest.manifests.map(({ digest }) => digest))];
    return requireAll(wanted, await this.artifacts.findMany(repositoryId, wanted), missingChild);
  }

  private async linkChildren(
    parent: { id: number; repositoryId: number },
    manifest: Manifest,
    children: ArtifactRow[],
  ): Promise<void> {
    const ids = new Map(children.map(({ digest, id }) => [digest, id]));
    const listed = manifest.manifests.flatMap(({ digest, platform, urls, annotations }) => {
      const id = ids.get(digest);
      return id === undefined ? [] : [{ id, digest, platform, urls, annotations }];
    });
    await this.artifacts.insertReferences(parent.id, listed);
    for (const { digest, ...link } of attestationsOf(manifest)) {
      const artifactId = ids.get(digest);
      if (artifactId !== undefined)
        await this.accessories.insert({ artifactId, repositoryId: parent.repositoryId, ...link });
    }
  }

  private async linkSubject(
    artifactId: number,
    repositoryId: number,
    { manifest, tags }: ArtifactContent,
  ): Promise<void> {
    const link = accessoryLink(manifest, tags);
    if (link) await this.accessories.insert({ artifactId, repositoryId, ...link });
  }
}

function missingChild(digest: string): AppError {
  return new AppError(
    'MANIFEST_BLOB_UNKNOWN',
    `index references manifest ${digest}, which is not in this repository: push it first`,
    { detail: { digest } },
  );
}

const sum = (items: { size: number }[]): number => items.reduce((total, { size }) => total + size, 0);
