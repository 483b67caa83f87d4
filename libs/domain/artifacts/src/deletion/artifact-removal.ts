import { SettingsService } from '@breakwater/settings';
import { Injectable } from '@nestjs/common';
import { DeletedArtifactsRepository } from './deleted-artifacts.repository';
import { ProjectUsageRepository } from '../usage/project-usage.repository';
import type { RepositoryRow } from '../repository/repositories.repository';

/** What becomes of artifacts whose rows are about to go: kept for a while, or gone at once. */
@Injectable()
export class ArtifactRemoval {
  constructor(
    private readonly settings: SettingsService,
    private readonly deleted: DeletedArtifactsRepository,
    private readonly usage: ProjectUsageRepository,
  ) {}

  /** For how many days they can be restored. Ask before the transaction: it may be a query of somebody else's. */
  async windowDays(): Promise<number> {
    return (await this.settings.get()).artifact_restore_window_days;
  }

  /** Answers the bytes that the project no longer references. Call under its quota lock, before the rows go. */
  async prepare(repository: RepositoryRow, ids: number[], options: { days: number; actor: string }): Promise<number> {
    if (ids.length === 0) return 0;
    if (options.days === 0) return this.usage.release(repository.projectId, ids);
    await this.deleted.keep(repository, ids, options);
    return 0;
  }
}
