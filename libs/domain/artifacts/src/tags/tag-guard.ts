import type { EventActor } from '@breakwater/contracts';
import { ImmutableTags } from '@breakwater/immutability';
import { Injectable } from '@nestjs/common';
import type { ArtifactRow } from '../artifact/artifacts.repository';
import type { RepositoryRow } from '../repository/repositories.repository';
import { TagsRepository } from './tags.repository';

/** Tags that go with what they name: whether they may, and that they were there. Call under the project's quota lock. */
@Injectable()
export class TagGuard {
  constructor(
    private readonly tags: TagsRepository,
    private readonly immutable: ImmutableTags,
  ) {}

  /** Throws PRECONDITION when one of the artifact's tags is immutable. */
  async assertArtifact(repository: RepositoryRow, artifactId: number): Promise<void> {
    await this.immutable.assertMutable(repository, await this.tags.namesOf(artifactId));
  }

  /** Throws PRECONDITION when one of the repository's tags is immutable. */
  async assertRepository(repository: RepositoryRow): Promise<void> {
    // Most have no such rule, and many tags.
    if (await this.immutable.of(repository))
      await this.immutable.assertMutable(repository, await this.tags.namesIn(repository.id));
  }

  /** Throws PRECONDITION when one of these tags of the repository is immutable. */
  assertTags(repository: RepositoryRow, names: readonly string[]): Promise<void> {
    return this.immutable.assertMutable(repository, names);
  }

  /** An immutable tag of the repository; undefined when it has none. */
  async immutableIn(repository: RepositoryRow): Promise<string | undefined> {
    const isImmutable = await this.immutable.of(repository);
    return isImmutable && (await this.tags.namesIn(repository.id)).find(isImmutable);
  }

  /** Notes that the tags of an artifact go with it, and returns them. */
  async note(repository: RepositoryRow, artifact: ArtifactRow, actor: EventActor): Promise<string[]> {
    const names = await this.tags.namesOf(artifact.id);
    const moves = names.map((name) => ({ name, oldDigest: artifact.digest, newDigest: null }));
    await this.tags.recordMoves(repository.id, moves, actor);
    return names;
  }
}
