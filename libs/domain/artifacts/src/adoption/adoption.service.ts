import { requiredBlobs, type Manifest } from '@breakwater/kernel';
import { Injectable } from '@nestjs/common';
import { AdoptionTransactions, type AdoptionTarget } from './adoption-transactions';
import { AdoptionRepository } from './adoption.repository';
import { linkByTag } from '../artifact/artifact-kind';
import { ArtifactRecorder } from '../manifests/artifact-recorder';
import { ArtifactsRepository } from '../artifact/artifacts.repository';
import type { BlobRow } from '../blobs/blobs.repository';
import { RepositoriesRepository, type RepositoryRow } from '../repository/repositories.repository';
import { TagsRepository } from '../tags/tags.repository';

/** A manifest in storage, and what it needs is there, too. */
export interface AdoptedArtifact {
  digest: string;
  payload: Buffer;
  manifest: Manifest;
  extraAttrs: Record<string, unknown>;
  pushed: Date;
}

export interface AdoptedTag {
  name: string;
  digest: string;
  pushed: Date;
}

const actor = { name: 'import', address: '', userAgent: '' };

/**
 * Makes artifacts and tags of what another registry left in storage. What is there already stays as it is; quotas count,
 * and refuse nothing; nobody is told as of a push. Call in a transaction; garbage collection must not run meanwhile, for
 * it is the files that say which blobs there are.
 */
@Injectable()
export class AdoptionService {
  constructor(
    private readonly transactions: AdoptionTransactions,
    private readonly repositories: RepositoriesRepository,
    private readonly artifacts: ArtifactsRepository,
    private readonly tags: TagsRepository,
    private readonly recorder: ArtifactRecorder,
    private readonly adoption: AdoptionRepository,
  ) {}

  /**
   * `blobs`: sizes of all that the artifacts need, their own manifests included, by digest. Children of an index come
   * before it. An artifact one of whose blobs is just being removed is left out: it is among `refused`.
   */
  adopt(
    target: AdoptionTarget,
    artifacts: readonly AdoptedArtifact[],
    blobs: ReadonlyMap<string, number>,
  ): Promise<{ created: number; refused: string[] }> {
    return this.transactions.inRepository(target, async (repository, count) => {
      const rows = await this.adoption.adoptBlobs([...blobs].map(([digest, size]) => ({ digest, size })));
      const byDigest = new Map(rows.map((row) => [row.digest, row]));
      const refused: string[] = [];
      const created: { id: number; pushed: Date }[] = [];
      for (const artifact of artifacts) {
        const needed = rowsOf(artifact, byDigest);
        if (!needed) {
          refused.push(artifact.digest);
          continue;
        }
        const recorded = await this.record(repository, artifact, needed);
        await count(recorded.addedBytes);
        if (recorded.created) created.push({ id: recorded.id, pushed: artifact.pushed });
      }
      await this.adoption.datePushes(created);
      return { created: created.length, refused };
    });
  }

  /** Tags whose names are free. `unknown`: those whose artifact is not in the repository. */
  adoptTags(target: AdoptionTarget, tags: readonly AdoptedTag[]): Promise<{ created: number; unknown: string[] }> {
    return this.transactions.inRepository(target, async ({ id: repositoryId }) => {
      const taken = await this.tags.digests(
        repositoryId,
        tags.map(({ name }) => name),
      );
      const rows = await this.artifacts.findMany(repositoryId, [...new Set(tags.map(({ digest }) => digest))]);
      const ids = new Map(rows.map(({ digest, id }) => [digest, id]));
      const unknown = tags.filter(({ digest }) => !ids.has(digest)).map(({ name }) => name);
      const added = tags.flatMap((tag) => {
        const artifactId = ids.get(tag.digest);
        return artifactId === undefined || taken.has(tag.name) ? [] : [{ ...tag, artifactId }];
      });
      await this.adoption.insertTags(repositoryId, added);
      const moves = added.map(({ name, digest }) => ({ name, oldDigest: null, newDigest: digest }));
      await this.tags.recordMoves(repositoryId, moves, actor);
      for (const { name, artifactId } of added) {
        const link = linkByTag(name);
        if (link) await this.adoption.linkByTag(repositoryId, artifactId, link);
      }
      return { created: added.length, unknown };
    });
  }

  /** Which of these artifacts the repository has. */
  async present(repository: string, digests: string[]): Promise<Set<string>> {
    const row = await this.repositories.find(repository);
    const found = row ? await this.artifacts.findMany(row.id, digests) : [];
    return new Set(found.map(({ digest }) => digest));
  }

  /** Blobs that nothing has needed so far: garbage collection may take them. */
  adoptUnreferenced(blobs: readonly { digest: string; size: number; modified: Date }[]) {
    return this.adoption.adoptUnreferenced(blobs);
  }

  private async record(repository: RepositoryRow, artifact: AdoptedArtifact, needed: NeededRows) {
    await this.adoption.linkBlobs(
      repository.id,
      needed.content.map(({ id }) => id),
    );
    const recorded = await this.recorder.record(repository, { ...artifact, blobs: needed.content, tags: [] });
    // Pulls read the manifest from Postgres; its file belongs to the tree as long as the artifact does.
    await this.artifacts.insertBlobs(recorded.id, [needed.manifest.id]);
    return recorded;
  }
}

interface NeededRows {
  manifest: BlobRow;
  content: BlobRow[];
}

/** Undefined when one of them is missing. */
function rowsOf({ digest, manifest }: AdoptedArtifact, rows: ReadonlyMap<string, BlobRow>): NeededRows | undefined {
  const own = rows.get(digest);
  const wanted = requiredBlobs(manifest);
  const content = wanted.flatMap((blob) => rows.get(blob.digest) ?? []);
  return own && content.length === wanted.length ? { manifest: own, content } : undefined;
}
