import type { EventActor } from '@breakwater/contracts';
import { Outbox } from '@breakwater/events';
import { AppError } from '@breakwater/kernel';
import { QuotaEvents, type LockedQuota } from '@breakwater/quotas';
import { Injectable } from '@nestjs/common';
import { ProjectChanges } from '../usage/project-changes';
import type { RepositoryRow } from '../repository/repositories.repository';
import { TagsService } from '../tags/tags.service';
import { ArtifactCopies, type CopiedArtifact, type CreatedArtifact } from './artifact-copies.repository';

export interface ArtifactCopy {
  from: { repository: string; digest: string };
  /** The repository, with its project, is made when it is not there. */
  to: { projectId: number; repository: string };
  actor: EventActor;
  /** Tags are left out, and answered. */
  untagged?: boolean;
}

/** What of a copy has tags where it comes from. */
export interface TaggedCopy {
  digest: string;
  tags: string[];
}

/** The index of an image for every platform, with signatures and attestations, has some dozens. */
const maxArtifacts = 2_000;

/**
 * Copies within the registry: rows alone, for blobs and manifests are stored once (ADR 0028). The target's project is
 * locked as by a push; of the source, the artifacts' own rows are, so that two copies in opposite directions do not wait
 * for each other.
 */
@Injectable()
export class ArtifactCopyService {
  constructor(
    private readonly changes: ProjectChanges,
    private readonly copies: ArtifactCopies,
    private readonly tags: TagsService,
    private readonly outbox: Outbox,
    private readonly quotaEvents: QuotaEvents,
  ) {}

  /**
   * The artifact with its tags, the children of its index, the accessories of all of them. Throws NOT_FOUND, DENIED for
   * an accessory itself or what does not fit the quota, PRECONDITION for a tag that is immutable in the target. Answers
   * what has tags: accessories first.
   */
  async copy(copy: ArtifactCopy): Promise<TaggedCopy[]> {
    try {
      return await this.copyTree(copy);
    } catch (error) {
      const { to, from, actor } = copy;
      await this.quotaEvents.refused({ ...to, actor, digest: from.digest }, error);
      throw error;
    }
  }

  private copyTree({ from, to, actor, untagged }: ArtifactCopy): Promise<TaggedCopy[]> {
    return this.changes.inRestoredRepository(to, async (target, quota) => {
      const tree = await this.heldTree(from);
      const ids = tree.map(({ id }) => id);
      const created = await this.copies.insert(target, ids);
      await this.copies.link(target, ids);
      const tagged = taggedIn(tree);
      const tags = await this.moveTags(target, untagged ? [] : tagged, actor);
      await this.count(target, quota, { created, digest: from.digest, tags: tags.get(from.digest), actor });
      await this.announce(target, created, { tags, actor });
      return tagged;
    });
  }

  private async heldTree({ repository, digest }: ArtifactCopy['from']): Promise<CopiedArtifact[]> {
    await this.copies.holdRepository(repository);
    const tree = await this.copies.tree(repository, digest);
    const root = tree.find(({ isRoot }) => isRoot);
    const ids = tree.map(({ id }) => id);
    if (!root) throw new AppError('NOT_FOUND', `artifact ${repository}@${digest} not found`);
    if (root.isAccessory)
      throw new AppError('DENIED', "the operation isn't supported for an artifact accessory", {
        reason: 'artifact.copy.accessory',
      });
    if (tree.length > maxArtifacts)
      throw new AppError('PRECONDITION', `the artifact has more than ${maxArtifacts} parts`, {
        reason: 'artifact.copy.too-large',
      });
    if (!(await this.copies.hold(ids)) || !(await this.copies.lockBlobs(ids)))
      throw new AppError('PRECONDITION', 'a part of the artifact has just been deleted: try again', {
        reason: 'artifact.copy.incomplete',
      });
    return tree;
  }

  /** Answers them by digest. */
  private async moveTags(
    target: RepositoryRow,
    tagged: readonly TaggedCopy[],
    actor: EventActor,
  ): Promise<ReadonlyMap<string, string[]>> {
    for (const { digest, tags } of tagged)
      await this.tags.move(target, tags, { artifactId: await this.copies.idOf(target, digest), digest, actor });
    return new Map(tagged.map(({ digest, tags }) => [digest, tags]));
  }

  private async count(
    target: RepositoryRow,
    quota: LockedQuota,
    copy: { created: CreatedArtifact[]; digest: string; tags: string[] | undefined; actor: EventActor },
  ): Promise<void> {
    const bytes = await this.copies.reference(
      target,
      copy.created.map(({ id }) => id),
    );
    const { actor, digest, tags: [tag] = [] } = copy;
    const cause = { projectId: target.projectId, repository: target.name, actor, digest };
    await this.changes.countPushed(quota, bytes, { ...cause, ...(tag !== undefined && { tag }) });
  }

  /** As of pushes: what was there already only has tags that are new to it, and nobody is told. */
  private async announce(
    target: RepositoryRow,
    created: CreatedArtifact[],
    { tags, actor }: { tags: ReadonlyMap<string, string[]>; actor: EventActor },
  ): Promise<void> {
    const place = { projectId: target.projectId, repositoryId: target.id, repository: target.name, actor };
    await this.outbox.addMany(
      created.map(({ id, digest, manifestMediaType, artifactType }) => ({
        topic: 'artifact.pushed' as const,
        key: target.name,
        payload: {
          ...place,
          artifactId: id,
          digest,
          mediaType: manifestMediaType,
          artifactType,
          tags: tags.get(digest) ?? [],
          created: true,
        },
      })),
    );
  }
}

/** The artifact itself, and accessories: cosign finds its own by their tags. */
function taggedIn(tree: readonly CopiedArtifact[]): TaggedCopy[] {
  const tagged = tree.filter(({ tags, isRoot, isAccessory }) => tags.length > 0 && (isRoot || isAccessory));
  return [...tagged]
    .sort((one, other) => Number(one.isRoot) - Number(other.isRoot))
    .map(({ digest, tags }) => ({ digest, tags }));
}
