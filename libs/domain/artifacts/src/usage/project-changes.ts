import { Changes, referenceScope, repositoryScope, type Scope } from '@breakwater/coherence';
import { AppError } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import { QuotaEvents, QuotasService, type LockedQuota, type QuotaCause } from '@breakwater/quotas';
import { Injectable } from '@nestjs/common';
import { RepositoriesRepository, type RepositoryRow } from '../repository/repositories.repository';

/**
 * Changes of what a project holds. Its quota's row is the lock: pushes, tag moves and deletes of one project commit
 * one after another, so that usage, tags and events can neither race nor drift. Replicas forget what they cached of the
 * repository before the change is acknowledged.
 */
@Injectable()
export class ProjectChanges {
  constructor(
    private readonly database: Database,
    private readonly quotas: QuotasService,
    private readonly repositories: RepositoriesRepository,
    private readonly changes: Changes,
    private readonly quotaEvents: QuotaEvents,
  ) {}

  /**
   * Runs `work` in a transaction that holds the project's lock, on a repository that is made if need be and listed from
   * now on. Only `references`, tags and digests, may mean something else afterwards.
   */
  inPushedRepository<T>(
    target: { projectId: number; repository: string; references: readonly string[] },
    work: (repository: RepositoryRow, quota: LockedQuota) => Promise<T>,
  ): Promise<T> {
    const scopes = target.references.map((name) => referenceScope(target.repository, name));
    return this.inMadeRepository(target, scopes, work);
  }

  /** The same, when anything in the repository may mean something else afterwards. */
  inRestoredRepository<T>(
    target: { projectId: number; repository: string },
    work: (repository: RepositoryRow, quota: LockedQuota) => Promise<T>,
  ): Promise<T> {
    return this.inMadeRepository(target, [repositoryScope(target.repository)], work);
  }

  /** Runs `work` in a transaction that holds the project's lock, on none of its repositories. Throws NOT_FOUND. */
  inProject<T>(projectId: number, work: (quota: LockedQuota) => Promise<T>): Promise<T> {
    return this.database.transaction(async () => work(await this.quotas.lock(projectId)));
  }

  /** Runs `work` in a transaction that holds the lock of the repository's project. Throws NAME_UNKNOWN. */
  inRepository<T>(name: string, work: (repository: RepositoryRow, quota: LockedQuota) => Promise<T>): Promise<T> {
    return this.database.transaction(async () => {
      const repository = await this.repositories.find(name);
      if (!repository) throw unknownRepository(name);
      const result = await work(repository, await this.quotas.lock(repository.projectId));
      await this.changes.announce(repositoryScope(name));
      return result;
    });
  }

  /** Counts more, or less, on the locked quota. Throws DENIED when it does not fit. */
  count(quota: LockedQuota, bytes: number): Promise<void> {
    return this.quotas.add(quota, bytes);
  }

  /** The same for a push, which may bring the project close to its limit: that is told of. Throws DENIED. */
  async countPushed(quota: LockedQuota, bytes: number, cause: QuotaCause): Promise<void> {
    const before = { hard: quota.hard, used: quota.used };
    await this.quotas.add(quota, bytes);
    await this.quotaEvents.counted(cause, before, quota.used);
  }

  private inMadeRepository<T>(
    target: { projectId: number; repository: string },
    scopes: readonly Scope[],
    work: (repository: RepositoryRow, quota: LockedQuota) => Promise<T>,
  ): Promise<T> {
    return this.database.transaction(async () => {
      const quota = await this.quotas.lock(target.projectId);
      const repository = await this.repositories.ensure(target.projectId, target.repository);
      const result = await work(repository, quota);
      await this.repositories.markPushed(repository.id);
      await this.changes.announce(...scopes);
      return result;
    });
  }
}

export function unknownRepository(name: string): AppError {
  return new AppError('NAME_UNKNOWN', 'repository name not known to registry', { detail: { name } });
}
