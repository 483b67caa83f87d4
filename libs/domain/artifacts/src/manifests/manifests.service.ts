import { AppError, type Reference } from '@breakwater/kernel';
import { Injectable } from '@nestjs/common';
import { ArtifactsRepository, type StoredManifest } from '../artifact/artifacts.repository';
import { unknownRepository } from '../usage/project-changes';
import { RepositoriesRepository } from '../repository/repositories.repository';

@Injectable()
export class ManifestsService {
  constructor(
    private readonly artifacts: ArtifactsRepository,
    private readonly repositories: RepositoriesRepository,
  ) {}

  /** Throws NAME_UNKNOWN or MANIFEST_UNKNOWN. */
  async find(repository: string, reference: Reference): Promise<StoredManifest> {
    const found =
      reference.kind === 'tag'
        ? await this.artifacts.findByTag(repository, reference.tag)
        : await this.artifacts.findByDigest(repository, reference.digest);
    if (found) return found;
    if (!(await this.repositories.find(repository))) throw unknownRepository(repository);
    throw new AppError('MANIFEST_UNKNOWN', 'manifest unknown', { detail: reference });
  }
}
