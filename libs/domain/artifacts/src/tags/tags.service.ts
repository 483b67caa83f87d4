import type { EventActor } from '@breakwater/contracts';
import { Outbox } from '@breakwater/events';
import { AppError } from '@breakwater/kernel';
import { Injectable } from '@nestjs/common';
import { ArtifactsRepository } from '../artifact/artifacts.repository';
import { unconfirmed } from '../deletion/deletion-confirmation';
import { ProjectChanges, unknownRepository } from '../usage/project-changes';
import { RepositoriesRepository, type RepositoryRow } from '../repository/repositories.repository';
import { TagGuard, toldOf } from './tag-guard';
import { TagsRepository, type TagMove } from './tags.repository';

/** HTTP preconditions on the tags of a push: digests they must, or must not, point to; `*` stands for any. */
export interface TagCondition {
  ifMatch?: string[];
  ifNoneMatch?: string[];
}

/** What tags pointed to when somebody decided that they may be moved; null: they were not there. */
export type ExpectedTags = ReadonlyMap<string, string | null>;

/** A tag is not where it was when that was decided: decide anew. Nothing is written. */
export class TagsMovedError extends Error {}

interface Target {
  artifactId: number;
  digest: string;
  actor: EventActor;
  expected?: ExpectedTags | undefined;
}

@Injectable()
export class TagsService {
  constructor(
    private readonly changes: ProjectChanges,
    private readonly repositories: RepositoriesRepository,
    private readonly artifacts: ArtifactsRepository,
    private readonly tags: TagsRepository,
    private readonly outbox: Outbox,
    private readonly guard: TagGuard,
  ) {}

  /** One more than asked for tells whether there are more. Throws NAME_UNKNOWN. */
  async names(repository: string, page: { limit: number; last?: string }): Promise<string[]> {
    const row = await this.repositories.find(repository);
    if (!row) throw unknownRepository(repository);
    return this.tags.names(row.id, page);
  }

  /** What tags of a repository point to now; what is not there is not in the map. */
  async digests(repository: string, names: readonly string[]): Promise<Map<string, string>> {
    const row = await this.repositories.find(repository);
    return row ? this.tags.digests(row.id, [...names]) : new Map();
  }

  /** Names a stored artifact. Throws NOT_FOUND, or CONFLICT when the tag exists. */
  async create(repository: string, digest: string, name: string, actor: EventActor): Promise<void> {
    await this.changes.inRepository(repository, async (row) => {
      const [artifact] = await this.artifacts.findMany(row.id, [digest]);
      if (!artifact) throw new AppError('NOT_FOUND', `artifact ${repository}@${digest} not found`);
      if ((await this.tags.digests(row.id, [name])).has(name))
        throw new AppError('CONFLICT', `tag ${name} already exists in ${repository}`);
      await this.move(row, [name], { artifactId: artifact.id, digest, actor });
      await this.announceCreated(row, [name], { artifactId: artifact.id, digest, actor });
    });
  }

  /** Names a stored artifact, whatever its tags pointed to before. Throws NOT_FOUND, and what `move` throws. */
  async point(repository: string, names: readonly string[], to: Omit<Target, 'artifactId'>): Promise<void> {
    await this.changes.inRepository(repository, async (row) => {
      const [artifact] = await this.artifacts.findMany(row.id, [to.digest]);
      if (!artifact) throw new AppError('NOT_FOUND', `artifact ${repository}@${to.digest} not found`);
      await this.move(row, [...names], { ...to, artifactId: artifact.id });
      await this.announceCreated(row, names, { ...to, artifactId: artifact.id });
    });
  }

  /**
   * Removes the name only; the artifact stays. Throws NAME_UNKNOWN, MANIFEST_UNKNOWN, or PRECONDITION for an immutable one,
   * and for one that Notary signs while that is not confirmed.
   */
  async delete(repository: string, name: string, actor: EventActor, confirmed = unconfirmed): Promise<void> {
    await this.changes.inRepository(repository, async (row) => {
      const digest = (await this.tags.digests(row.id, [name])).get(name);
      if (!digest) throw new AppError('MANIFEST_UNKNOWN', 'manifest unknown', { detail: { tag: name } });
      const signed = await this.guard.assertDeletable(row, [name], confirmed);
      await this.tags.delete(row.id, name);
      await this.tags.recordMoves(row.id, [{ name, oldDigest: digest, newDigest: null }], actor);
      await this.outbox.add({
        topic: 'tag.deleted',
        key: repository,
        payload: {
          projectId: row.projectId,
          repositoryId: row.id,
          repository,
          actor,
          digest,
          tag: name,
          ...toldOf(signed),
        },
      });
    });
  }

  /**
   * Points tags at an artifact and remembers from where. Call under the project's quota lock. Throws PRECONDITION for an
   * immutable tag that points to something else, TagsMovedError for one that is not where it was expected.
   */
  async move(repository: RepositoryRow, names: string[], to: Target): Promise<void> {
    if (names.length === 0) return;
    const before = await this.tags.digests(repository.id, names);
    if ([...(to.expected ?? [])].some(([name, digest]) => (before.get(name) ?? null) !== digest))
      throw new TagsMovedError('a tag was moved meanwhile');
    const moves = names
      .map((name) => ({ name, oldDigest: before.get(name) ?? null, newDigest: to.digest }))
      .filter(({ oldDigest }) => oldDigest !== to.digest);
    const overwritten = moves.filter(({ oldDigest }) => oldDigest !== null).map(({ name }) => name);
    await this.guard.assertTags(repository, overwritten);
    await this.tags.point(repository.id, names, to.artifactId);
    await this.announce(repository, moves, {
      ids: await this.tags.recordMoves(repository.id, moves, to.actor),
      actor: to.actor,
    });
  }

  /**
   * Points a tag at what it pointed to once. Call under the project's quota lock. Throws PRECONDITION for an immutable tag
   * that points to something else.
   */
  async putBack(repository: RepositoryRow, name: string, to: Target): Promise<void> {
    const { artifactId, digest, actor } = to;
    // Restoring its artifact has given it back already, when it was free.
    if ((await this.tags.digests(repository.id, [name])).get(name) !== to.digest)
      await this.move(repository, [name], to);
    await this.outbox.add({
      topic: 'tag.restored',
      key: repository.name,
      payload: {
        projectId: repository.projectId,
        repositoryId: repository.id,
        repository: repository.name,
        ...{ artifactId, digest, actor, tag: name },
      },
    });
  }

  private async announceCreated(
    { id: repositoryId, projectId, name: repository }: RepositoryRow,
    names: readonly string[],
    { artifactId, digest, actor }: Target,
  ): Promise<void> {
    const payload = { projectId, repositoryId, repository, actor, artifactId, digest };
    await this.outbox.addMany(
      names.map((tag) => ({ topic: 'tag.created' as const, key: repository, payload: { ...payload, tag } })),
    );
  }

  /** Of tags that were there: what is new, pushes tell of. */
  private async announce(
    { id: repositoryId, projectId, name: repository }: RepositoryRow,
    moves: readonly TagMove[],
    { ids, actor }: { ids: ReadonlyMap<string, number>; actor: EventActor },
  ): Promise<void> {
    const place = { projectId, repositoryId, repository, actor };
    const events = moves.flatMap(({ name: tag, oldDigest, newDigest }) => {
      const moveId = ids.get(tag);
      if (oldDigest === null || newDigest === null || moveId === undefined) return [];
      const payload = { ...place, moveId, tag, oldDigest, newDigest };
      return [{ topic: 'tag.moved' as const, key: repository, payload }];
    });
    await this.outbox.addMany(events);
  }

  /** RFC 9110 section 13 on tags: lets a client replace exactly what it read. Throws PRECONDITION_FAILED. */
  async assertCondition(repositoryId: number, names: string[], { ifMatch, ifNoneMatch }: TagCondition): Promise<void> {
    if (!ifMatch && !ifNoneMatch) return;
    const current = await this.tags.digests(repositoryId, names);
    for (const name of names) {
      const digest = current.get(name);
      if (ifMatch && !matches(ifMatch, digest)) throw failed(name, digest, 'is not what If-Match names');
      if (ifNoneMatch && matches(ifNoneMatch, digest)) throw failed(name, digest, 'is what If-None-Match excludes');
    }
  }
}

function matches(wanted: string[], digest: string | undefined): boolean {
  return digest !== undefined && (wanted.includes('*') || wanted.includes(digest));
}

function failed(tag: string, digest: string | undefined, why: string): AppError {
  return new AppError(
    'PRECONDITION_FAILED',
    `tag ${tag} ${digest ? `points to ${digest}, which ${why}` : 'does not exist'}`,
    { detail: { tag, current: digest ?? null } },
  );
}
