import { ImmutableTags } from '@breakwater/immutability';
import { AppError, isDigest, isTag, type Reference } from '@breakwater/kernel';
import type { ListOptions } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { AccessoryDetail, ArtifactDetail, ArtifactParts, TagDetail } from './artifact-detail';
import { ArtifactListRepository } from './artifact-list.repository';
import { RepositoryListRepository } from './repository-list.repository';
import { TagListRepository } from './tag-list.repository';

const bare: ArtifactParts = { tags: false, accessories: false };

/** Reads of artifacts for the management API. `reference` is a tag or a digest. */
@Injectable()
export class ArtifactListService {
  constructor(
    private readonly repositories: RepositoryListRepository,
    private readonly artifacts: ArtifactListRepository,
    private readonly tagsAndAccessories: TagListRepository,
    private readonly immutable: ImmutableTags,
  ) {}

  /** Throws NOT_FOUND for a repository that is not there, BAD_REQUEST for a wrong filter. */
  async listOfRepository(
    repository: string,
    options: ListOptions,
    parts: ArtifactParts,
  ): Promise<{ items: ArtifactDetail[]; total: number }> {
    const found = await this.repositories.sizeOf(repository);
    if (!found) throw new AppError('NOT_FOUND', `repository ${repository} not found`);
    const scope = { repositoryId: found.id, artifactCount: found.artifactCount };
    return this.marked(await this.artifacts.list(scope, options, parts), parts);
  }

  /** `latest`: only the artifact pushed last of each repository; it needs a type to choose by. Throws BAD_REQUEST. */
  async listOfProject(
    projectId: number,
    options: ListOptions & { latest: boolean },
    parts: ArtifactParts,
  ): Promise<{ items: ArtifactDetail[]; total: number }> {
    const types = options.filters.filter(({ key }) => key === 'media_type' || key === 'artifact_type');
    if (options.latest && types.length !== 1)
      throw new AppError('BAD_REQUEST', 'latest_in_repository needs either media_type or artifact_type in q');
    return this.marked(await this.artifacts.list({ projectId, latest: options.latest }, options, parts), parts);
  }

  /** Throws NOT_FOUND. */
  async get(repository: string, reference: string, parts: ArtifactParts = bare): Promise<ArtifactDetail> {
    const parsed = parse(reference);
    const artifact = parsed && (await this.artifacts.find(repository, parsed, parts));
    if (!artifact)
      throw new AppError(
        'NOT_FOUND',
        `artifact ${repository}${reference.includes(':') ? '@' : ':'}${reference.slice(0, 200)} not found`,
      );
    return parts.immutable ? this.withStatus(artifact) : artifact;
  }

  async listTags(
    repository: string,
    reference: string,
    options: ListOptions & { immutable: boolean },
  ): Promise<{ items: TagDetail[]; total: number }> {
    const artifact = await this.get(repository, reference);
    const { items: tags, total } = await this.tagsAndAccessories.tags(artifact.id, options);
    return { items: options.immutable ? (await this.withStatus({ ...artifact, tags })).tags : tags, total };
  }

  async listAccessories(
    repository: string,
    reference: string,
    options: ListOptions,
  ): Promise<{ items: AccessoryDetail[]; total: number }> {
    return this.tagsAndAccessories.accessories(await this.get(repository, reference), options);
  }

  private async marked(
    { items, total }: { items: ArtifactDetail[]; total: number },
    parts: ArtifactParts,
  ): Promise<{ items: ArtifactDetail[]; total: number }> {
    if (!parts.immutable) return { items, total };
    return { items: await Promise.all(items.map((artifact) => this.withStatus(artifact))), total };
  }

  private async withStatus(artifact: ArtifactDetail): Promise<ArtifactDetail> {
    const isImmutable = await this.immutable.of({ projectId: artifact.projectId, name: artifact.repositoryName });
    return { ...artifact, tags: artifact.tags.map((tag) => ({ ...tag, immutable: isImmutable?.(tag.name) ?? false })) };
  }
}

/** What is neither a tag nor a digest names nothing. */
function parse(reference: string): Reference | undefined {
  if (isDigest(reference)) return { kind: 'digest', digest: reference };
  return isTag(reference) ? { kind: 'tag', tag: reference } : undefined;
}
