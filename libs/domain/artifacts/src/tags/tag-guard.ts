import type { EventActor } from '@breakwater/contracts';
import { ImmutableTags } from '@breakwater/immutability';
import { SignedTags, type TagSignature } from '@breakwater/signed-tags';
import { Injectable } from '@nestjs/common';
import type { ArtifactRow } from '../artifact/artifacts.repository';
import type { Confirmation } from '../deletion/deletion-confirmation';
import type { RepositoryRow } from '../repository/repositories.repository';
import { TagsRepository } from './tags.repository';

/** Tags that go with what they name: whether they may, and that they were there. Call under the project's quota lock. */
@Injectable()
export class TagGuard {
  constructor(
    private readonly tags: TagsRepository,
    private readonly immutable: ImmutableTags,
    private readonly signed: SignedTags,
  ) {}

  /** The signatures of the artifact's tags. Throws as `assertDeletable`. */
  async assertArtifact(repository: RepositoryRow, artifactId: number, confirmed: Confirmation) {
    return this.assertDeletable(repository, await this.tags.namesOf(artifactId), confirmed);
  }

  /**
   * Answers Notary's signatures of these tags. Throws PRECONDITION when one of them is immutable, or signed while nobody
   * has confirmed that.
   */
  async assertDeletable(
    repository: RepositoryRow,
    names: readonly string[],
    confirmed: Confirmation,
  ): Promise<TagSignature[]> {
    await this.immutable.assertMutable(repository, names);
    const signed = await this.signed.among(repository, names);
    if (signed.length > 0 && !confirmed.signed) this.signed.refuse(repository, signed);
    return signed;
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

/** What events of deletions tell of signatures. */
export const toldOf = (signed: readonly TagSignature[]) => (signed.length > 0 ? { signed: [...signed] } : {});
