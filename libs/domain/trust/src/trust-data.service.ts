import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { ChangeNews } from './change-news';
import type { TrustChange } from './trust-change.entity';
import { TrustFilesRepository } from './trust-files.repository';
import { TrustKeyRemovalsRepository } from './trust-key-removals.repository';
import { TrustRepositoriesRepository, type ChangesWanted, type DeletedTrust } from './trust-repositories.repository';

/**
 * Trust data as a whole: its end, and its changes. What is deleted goes in one transaction with what tells of it; the keys
 * that signed it follow (`TrustKeySweep`).
 */
@Injectable()
export class TrustData {
  constructor(
    private readonly database: Database,
    private readonly files: TrustFilesRepository,
    private readonly repositories: TrustRepositoriesRepository,
    private readonly removals: TrustKeyRemovalsRepository,
    private readonly news: ChangeNews,
  ) {}

  /** Every file of the GUN goes, and the changefeed tells. False when there was none. */
  async delete(gun: string): Promise<boolean> {
    return (await this.database.transaction(() => this.deleteAll([gun]))).length > 0;
  }

  /**
   * Trust data under every name of that repository. Call last in a transaction: who publishes meanwhile, under whatever
   * name, waits from here to its end. What is published under a new name at this moment comes after.
   */
  deleteOf(repository: string): Promise<DeletedTrust[]> {
    return this.database.transaction(async () => this.deleteAll(await this.repositories.gunsOf(repository)));
  }

  /** The same of every repository of a project, be they there or not: another project may be called like it one day. */
  deleteOfProject(project: string): Promise<DeletedTrust[]> {
    return this.database.transaction(async () => this.deleteAll(await this.repositories.gunsOfProject(project)));
  }

  /** Oldest first. */
  changes(wanted: ChangesWanted): Promise<TrustChange[]> {
    return this.repositories.changes(wanted);
  }

  /** In order: every lock comes before the changefeed's, or two of these could wait for each other. */
  private async deleteAll(guns: readonly string[]): Promise<DeletedTrust[]> {
    for (const gun of guns) await this.files.lock(gun);
    const deleted: DeletedTrust[] = [];
    for (const gun of guns) {
      const one = await this.repositories.delete(gun);
      if (one) deleted.push(one);
    }
    if (deleted.length === 0) return deleted;
    await this.removals.add(deleted.map(({ gun }) => gun));
    for (const { gun, repository } of deleted) await this.news.tell(gun, repository);
    for (const { gun } of deleted)
      await this.repositories.addChange({ gun, version: 0, sha256: '', category: 'deletion' });
    return deleted;
  }
}
