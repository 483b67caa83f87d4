import type { Principal } from '@breakwater/access';
import { AppError } from '@breakwater/kernel';
import type { ListOptions } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { RepositoryListRepository, type RepositoryDetail } from './repository-list.repository';

/** Reads of repositories for the management API, and their descriptions. */
@Injectable()
export class RepositoryListService {
  constructor(private readonly repositories: RepositoryListRepository) {}

  /** Every repository of the projects that the principal sees. */
  listVisible(principal: Principal, options: ListOptions): Promise<{ items: RepositoryDetail[]; total: number }> {
    return this.repositories.list({ principal }, options);
  }

  listOfProject(projectId: number, options: ListOptions): Promise<{ items: RepositoryDetail[]; total: number }> {
    return this.repositories.list({ projectId }, options);
  }

  /** Throws NOT_FOUND. */
  async get(name: string): Promise<RepositoryDetail> {
    const repository = await this.repositories.find(name);
    if (!repository) throw new AppError('NOT_FOUND', `repository ${name} not found`);
    return repository;
  }

  /** Throws NOT_FOUND. */
  async describe(name: string, description: string): Promise<void> {
    const { id } = await this.get(name);
    await this.repositories.setDescription(id, description);
  }
}
