import {
  ArtifactCopyService,
  ArtifactRestoreService,
  TagHistoryService,
  TagsService,
  type ArtifactCopy,
  type RestoredArtifact,
  type RestoredTag,
  type TagToRestore,
} from '@breakwater/artifacts';
import type { EventActor } from '@breakwater/contracts';
import { TaggingGate } from '@breakwater/trust-gate';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Actors } from './actors';

interface Place {
  projectId: number;
  /** With the project. */
  repository: string;
}

interface NewTags extends Place {
  digest: string;
  tags: readonly string[];
}

/**
 * Everything that makes tags but a push, as far as the trust policies of projects let it. What is refused throws
 * PROJECTPOLICYVIOLATION: the tag alone, for what it names is copied or restored.
 */
@Injectable()
export class GatedTags {
  constructor(
    private readonly gate: TaggingGate,
    private readonly tags: TagsService,
    private readonly copies: ArtifactCopyService,
    private readonly restores: ArtifactRestoreService,
    private readonly history: TagHistoryService,
    private readonly actors: Actors,
  ) {}

  /** As `TagsService.create`. */
  async create(place: Place & { digest: string; tag: string }, request: FastifyRequest): Promise<void> {
    const { repository, digest, tag } = place;
    await this.gate.assertMayTag({ ...place, tags: [tag], host: this.actors.registryHost(request) });
    await this.tags.create(repository, digest, tag, this.actors.of(request));
  }

  /** As `ArtifactCopyService.copy`. */
  async copy({ from, to }: Omit<ArtifactCopy, 'actor'>, request: FastifyRequest): Promise<void> {
    const actor = this.actors.of(request);
    const untagged = await this.gate.isAsked(to.projectId);
    const tagged = await this.copies.copy({ from, to, actor, untagged });
    if (untagged) for (const { digest, tags } of tagged) await this.point({ ...to, digest, tags }, actor, request);
  }

  /** As `ArtifactRestoreService.restore`. */
  async restoreArtifact(
    { projectId, repository, digest }: Place & { digest: string },
    request: FastifyRequest,
  ): Promise<RestoredArtifact[]> {
    const actor = this.actors.of(request);
    if (!(await this.gate.isAsked(projectId))) return this.restores.restore(projectId, repository, digest, actor);
    const restored: RestoredArtifact[] = [];
    // Of an index, what it lists was restored with it: its own tags come last, and signatures before.
    for (const artifact of await this.restores.restoreUntagged(projectId, repository, digest, actor)) {
      const taken = await this.tags.digests(repository, artifact.takenTags);
      const tags = artifact.takenTags.filter((tag) => !taken.has(tag));
      restored.push({ ...artifact, tags, takenTags: [...taken.keys()] });
    }
    for (const { digest: own, tags } of restored.toReversed())
      await this.point({ projectId, repository, digest: own, tags }, actor, request);
    return restored;
  }

  /** As `TagHistoryService.restore`. */
  async restoreTag(wanted: TagToRestore, request: FastifyRequest): Promise<RestoredTag> {
    const actor = this.actors.of(request);
    const { projectId, repository, tag, digest } = wanted;
    let isRevived = false;
    const restored = await this.gate.pass(
      { projectId, repository, digest, tags: [tag], host: this.actors.registryHost(request) },
      {
        store: async () => (isRevived = await this.history.revive(wanted, actor)),
        tag: (expected) => this.history.restore(wanted, actor, expected),
      },
    );
    return { ...restored, artifactRestored: restored.artifactRestored || isRevived };
  }

  /** Tags of what is stored. */
  private async point({ tags, ...place }: NewTags, actor: EventActor, request: FastifyRequest): Promise<void> {
    const { repository, digest } = place;
    if (tags.length === 0) return;
    await this.gate.pass(
      { ...place, tags, host: this.actors.registryHost(request) },
      {
        store: () => Promise.resolve(),
        tag: (expected) => this.tags.point(repository, tags, { digest, actor, ...(expected && { expected }) }),
      },
    );
  }
}
