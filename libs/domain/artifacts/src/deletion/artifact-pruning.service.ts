import type { EventActor } from '@breakwater/contracts';
import { AppError } from '@breakwater/kernel';
import { Injectable } from '@nestjs/common';
import { ArtifactDeletionService } from './artifact-deletion.service';
import { ArtifactInventory, type InventoriedArtifact } from './artifact-inventory.repository';
import type { Confirmation } from './deletion-confirmation';
import { ProjectChanges } from '../usage/project-changes';
import { TagsService } from '../tags/tags.service';

/** What is to go, as it was when that was decided. */
export interface Doomed {
  artifactId: number;
  digest: string;
  tags: readonly { name: string; pushTime: Date }[];
  /** Undefined: it may have been pulled since. */
  pullTime?: Date | null;
}

/** `changed`: it was pushed, moved, pulled or deleted since, and is left as it is now. */
export type Pruned = { outcome: 'deleted' | 'changed' } | { outcome: 'refused'; message: string };

/** Takes tags away that a decision was made about, and artifacts with their last one. */
@Injectable()
export class ArtifactPruning {
  constructor(
    private readonly changes: ProjectChanges,
    private readonly inventory: ArtifactInventory,
    private readonly deletion: ArtifactDeletionService,
    private readonly tags: TagsService,
  ) {}

  /** In one transaction, and in the order given. Throws NAME_UNKNOWN for a repository that is gone. */
  prune(repository: string, doomed: readonly Doomed[], actor: EventActor, confirmed: Confirmation): Promise<Pruned[]> {
    return this.changes.inRepository(repository, async (row) => {
      const ids = doomed.map(({ artifactId }) => artifactId);
      const found = await this.inventory.some(row.id, ids);
      const outcomes: Pruned[] = [];
      for (const one of doomed)
        outcomes.push(await this.pruneOne(repository, one, found.get(one.artifactId), { actor, confirmed }));
      return outcomes;
    });
  }

  private async pruneOne(
    repository: string,
    doomed: Doomed,
    artifact: InventoriedArtifact | undefined,
    { actor, confirmed }: { actor: EventActor; confirmed: Confirmation },
  ): Promise<Pruned> {
    if (!artifact || !isAsDecided(doomed, artifact)) return { outcome: 'changed' };
    try {
      if (doomed.tags.length === artifact.tags.length && !artifact.isChild)
        await this.deletion.delete(repository, artifact.digest, actor, confirmed);
      else for (const { name } of doomed.tags) await this.tags.delete(repository, name, actor, confirmed);
    } catch (error) {
      // Refused before anything was written, so that the transaction can go on.
      if (error instanceof AppError && error.code === 'PRECONDITION')
        return { outcome: 'refused', message: error.message };
      throw error;
    }
    const gone = new Set(doomed.tags.map(({ name }) => name));
    artifact.tags = artifact.tags.filter(({ name }) => !gone.has(name));
    return { outcome: 'deleted' };
  }
}

function isAsDecided(doomed: Doomed, artifact: InventoriedArtifact): boolean {
  const pushed = new Map(artifact.tags.map(({ name, pushTime }) => [name, pushTime.getTime()]));
  if (doomed.tags.length === 0 && pushed.size > 0) return false;
  if (doomed.pullTime !== undefined && doomed.pullTime?.getTime() !== artifact.pullTime?.getTime()) return false;
  return doomed.tags.every(({ name, pushTime }) => pushed.get(name) === pushTime.getTime());
}
