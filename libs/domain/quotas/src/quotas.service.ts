import { Injectable } from '@nestjs/common';
import { AppError } from '@breakwater/kernel';
import { SettingsService } from '@breakwater/settings';
import { isExceeded, usageAfter } from './quota-arithmetic';
import type { Quota } from './quota.entity';
import { assertLimit } from './quota-limit';
import { QuotasRepository, type LockedQuota } from './quotas.repository';

/** Storage quota of projects. Usage changes only under the row's lock, in the transaction of the push or delete (decision 9). */
@Injectable()
export class QuotasService {
  constructor(
    private readonly quotas: QuotasRepository,
    private readonly settings: SettingsService,
  ) {}

  /** `hard` in bytes, -1 for unlimited. */
  create(projectId: number, hard: number): Promise<void> {
    return this.quotas.insert(projectId, hard);
  }

  async find(projectId: number): Promise<Quota | undefined> {
    return (await this.quotas.findByProject(projectId)) ?? undefined;
  }

  /** `SELECT … FOR UPDATE` in the current transaction: pushes into one project commit one after another. Throws NOT_FOUND. */
  async lock(projectId: number): Promise<LockedQuota> {
    const quota = await this.quotas.lockByProject(projectId);
    if (!quota) throw new AppError('NOT_FOUND', `project ${projectId} has no quota`);
    return quota;
  }

  /**
   * Counts `bytes` more (or less, when negative) on a locked quota. Throws DENIED when it would exceed the limit, unless
   * the setting quota_per_project_enable says that limits do not count.
   */
  async add(quota: LockedQuota, bytes: number): Promise<void> {
    if (isExceeded(quota, bytes) && !(await this.settings.get()).quota_per_project_enable)
      return this.adopt(quota, bytes);
    const used = usageAfter(quota, bytes);
    if (used === quota.used) return;
    await this.quotas.setUsed(quota.id, used);
    quota.used = used;
  }

  /** Counts `bytes` that are stored already, whatever the limit: an import refuses nothing. */
  async adopt(quota: LockedQuota, bytes: number): Promise<void> {
    if (bytes === 0) return;
    quota.used += bytes;
    await this.quotas.setUsed(quota.id, quota.used);
  }

  /** `hard` as in `create`; one below what is used keeps what is there. Throws BAD_REQUEST, NOT_FOUND. */
  async setLimit(id: number, hard: number): Promise<void> {
    assertLimit(hard);
    if (!(await this.quotas.setHard(id, hard))) throw new AppError('NOT_FOUND', `quota ${id} not found`);
  }

  /** What a locked quota should have said all the time. */
  async correct(quota: LockedQuota, used: number): Promise<void> {
    await this.quotas.setUsed(quota.id, used);
    quota.used = used;
  }

  /** Goes with its project. */
  delete(projectId: number): Promise<void> {
    return this.quotas.delete(projectId);
  }
}
