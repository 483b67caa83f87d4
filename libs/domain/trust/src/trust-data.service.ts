import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { ChangeNews } from './change-news';
import type { TrustChange } from './trust-change.entity';
import { TrustFilesRepository } from './trust-files.repository';
import { TrustRepositoriesRepository, type ChangesWanted } from './trust-repositories.repository';

/** Trust data as a whole: its end, and its changes. */
@Injectable()
export class TrustData {
  constructor(
    private readonly database: Database,
    private readonly files: TrustFilesRepository,
    private readonly repositories: TrustRepositoriesRepository,
    private readonly news: ChangeNews,
  ) {}

  /** Every file of the GUN goes, and the changefeed tells. False when there was none. The signer's keys stay. */
  delete(gun: string): Promise<boolean> {
    return this.database.transaction(async () => {
      await this.files.lock(gun);
      const deleted = await this.repositories.delete(gun);
      if (!deleted) return false;
      await this.news.tell(gun, deleted.repository);
      await this.repositories.addChange({ gun, version: 0, sha256: '', category: 'deletion' });
      return true;
    });
  }

  /** Oldest first. */
  changes(wanted: ChangesWanted): Promise<TrustChange[]> {
    return this.repositories.changes(wanted);
  }
}
