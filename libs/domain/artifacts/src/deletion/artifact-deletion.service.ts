import type { EventActor } from '@breakwater/contracts';
import { Outbox } from '@breakwater/events';
import { AppError } from '@breakwater/kernel';
import type { TagSignature } from '@breakwater/signed-tags';
import { Injectable } from '@nestjs/common';
import { artifactEvent } from '../artifact/artifact-event';
import { ArtifactRemoval } from './artifact-removal';
import { ArtifactsRepository, type ArtifactRow } from '../artifact/artifacts.repository';
import { ProjectChanges } from '../usage/project-changes';
import type { RepositoryRow } from '../repository/repositories.repository';
import { RepositoryRemoval } from './repository-removal';
import { TagGuard, toldOf } from '../tags/tag-guard';
import { unconfirmed } from './deletion-confirmation';

/**
 * Deleting artifacts: they, their tags and links go in one transaction. For a while they can be restored and count in the
 * quota (ADR 0022); then, or at once without such a while, the blobs' bytes are garbage collection's.
 */
@Injectable()
export class ArtifactDeletionService {
  constructor(
    private readonly changes: ProjectChanges,
    private readonly artifacts: ArtifactsRepository,
    private readonly tags: TagGuard,
    private readonly removal: ArtifactRemoval,
    private readonly outbox: Outbox,
    private readonly repositories: RepositoryRemoval,
  ) {}

  /**
   * Throws NAME_UNKNOWN, MANIFEST_UNKNOWN, or PRECONDITION while an index lists the artifact or one of its tags is
   * immutable, and while Notary signs one and that is not confirmed.
   */
  async delete(repository: string, digest: string, actor: EventActor, confirmed = unconfirmed): Promise<void> {
    const days = await this.removal.windowDays();
    await this.changes.inRepository(repository, async (row, quota) => {
      const [artifact] = await this.artifacts.findMany(row.id, [digest]);
      if (!artifact) throw new AppError('MANIFEST_UNKNOWN', 'manifest unknown', { detail: { digest } });
      await this.assertNotListed(repository, artifact);
      const signed = await this.tags.assertArtifact(row, artifact.id, confirmed);
      const freed = await this.removal.prepare(row, [artifact.id], { days, actor: actor.name });
      await this.removeRows(row, artifact, actor, signed);
      await this.changes.count(quota, -freed);
    });
  }

  /**
   * Removes a repository with all that is in it, Notary's trust data too: who deletes a repository means its signatures as
   * well. Throws NAME_UNKNOWN, or PRECONDITION while one of its tags is immutable.
   */
  async deleteRepository(repository: string, actor: EventActor): Promise<void> {
    const days = await this.removal.windowDays();
    await this.changes.inRepository(repository, async (row, quota) => {
      await this.tags.assertRepository(row);
      const freed = await this.removal.prepare(row, await this.artifacts.idsOf(row.id), { days, actor: actor.name });
      // What is part of an index goes with it, unannounced.
      await this.repositories.announceArtifacts(row, await this.artifacts.listUnlisted(row.id), actor);
      await this.changes.count(quota, -freed);
      await this.repositories.remove(row, actor);
    });
  }

  private async assertNotListed(repository: string, artifact: ArtifactRow): Promise<void> {
    const parent = await this.artifacts.findParent(artifact.id);
    if (!parent) return;
    throw new AppError(
      'PRECONDITION',
      `artifact ${repository}@${artifact.digest} is part of index ${parent}; delete that first`,
      { detail: { parent } },
    );
  }

  private async removeRows(
    repository: RepositoryRow,
    artifact: ArtifactRow,
    actor: EventActor,
    signed: readonly TagSignature[],
  ): Promise<void> {
    const tags = await this.tags.note(repository, artifact, actor);
    await this.artifacts.delete(artifact.id);
    const { payload, ...event } = artifactEvent('artifact.deleted', repository, { ...artifact, tags }, actor);
    await this.outbox.add({ ...event, payload: { ...payload, ...toldOf(signed) } });
  }
}
