import { ImmutableTags } from '@breakwater/immutability';
import { AppError } from '@breakwater/kernel';
import type { ListOptions } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { RepositoryTagsRepository, type RepositoryTagDetail, type TagFacts } from './repository-tags.repository';

export interface ListedTag<T> extends RepositoryTagDetail {
  /** It can neither be moved nor deleted. */
  immutable: boolean;
  facts: T;
}

/** The tags of a repository as a list of their own. */
@Injectable()
export class RepositoryTagsService {
  constructor(
    private readonly tags: RepositoryTagsRepository,
    private readonly immutable: ImmutableTags,
  ) {}

  /** `repository` with its project. Throws NOT_FOUND, BAD_REQUEST for a wrong filter. */
  async list<T>(
    project: { id: number },
    repository: string,
    options: ListOptions,
    facts: TagFacts<T>,
  ): Promise<{ items: ListedTag<T>[]; total: number }> {
    const found = await this.tags.list(repository, options, facts);
    if (!found) throw new AppError('NOT_FOUND', `repository ${repository} not found`);
    const isImmutable = await this.immutable.of({ projectId: project.id, name: repository });
    const items = found.items.map((tag) => ({ ...tag, immutable: isImmutable?.(tag.name) ?? false }));
    return { items, total: found.total };
  }
}
