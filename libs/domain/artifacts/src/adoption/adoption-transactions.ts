import { Changes, repositoryScope } from '@breakwater/coherence';
import { Database } from '@breakwater/platform';
import { QuotasService } from '@breakwater/quotas';
import { Injectable } from '@nestjs/common';
import { RepositoriesRepository, type RepositoryRow } from '../repository/repositories.repository';

export interface AdoptionTarget {
  projectId: number;
  /** With the project. */
  repository: string;
}

/** Changes of what a project holds, as pushes make them (`ProjectChanges`), but for many references, and no limit. */
@Injectable()
export class AdoptionTransactions {
  constructor(
    private readonly database: Database,
    private readonly quotas: QuotasService,
    private readonly repositories: RepositoriesRepository,
    private readonly changes: Changes,
  ) {}

  /** Runs `work` in a transaction that holds the project's lock; `count` adds bytes to what the project uses. */
  inRepository<T>(
    { projectId, repository }: AdoptionTarget,
    work: (repository: RepositoryRow, count: (bytes: number) => Promise<void>) => Promise<T>,
  ): Promise<T> {
    return this.database.transaction(async () => {
      const quota = await this.quotas.lock(projectId);
      const row = await this.repositories.ensure(projectId, repository);
      const result = await work(row, (bytes) => this.quotas.adopt(quota, bytes));
      await this.repositories.markPushed(row.id);
      await this.changes.announce(repositoryScope(repository));
      return result;
    });
  }
}
