import type { EventActor } from '@breakwater/contracts';
import { Outbox } from '@breakwater/events';
import { TrustData } from '@breakwater/trust';
import { Injectable } from '@nestjs/common';
import { artifactEvent, type DeletedArtifactFacts } from '../artifact/artifact-event';
import { RepositoriesRepository, type RepositoryRow } from '../repository/repositories.repository';

/** The end of a repository, whoever brings it. Call under the project's quota lock. */
@Injectable()
export class RepositoryRemoval {
  constructor(
    private readonly repositories: RepositoriesRepository,
    private readonly outbox: Outbox,
    private readonly trust: TrustData,
  ) {}

  /** Artifacts that go with it. */
  async announceArtifacts(
    row: RepositoryRow,
    going: readonly DeletedArtifactFacts[],
    actor: EventActor,
  ): Promise<void> {
    await this.outbox.addMany(going.map((artifact) => artifactEvent('artifact.deleted', row, artifact, actor)));
  }

  /** Its rows and Notary's trust data go. Last in the transaction: who publishes such data waits from here. */
  async remove({ id, projectId, name }: RepositoryRow, actor: EventActor): Promise<void> {
    await this.repositories.delete(id);
    const payload = { projectId, repositoryId: id, repository: name, actor };
    await this.outbox.add({ topic: 'repository.deleted', key: name, payload });
    await this.trust.deleteOf(name);
  }
}
