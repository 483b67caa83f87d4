import { Injectable } from '@nestjs/common';
import { Database } from '@breakwater/platform';
import { Quota } from './quota.entity';

@Injectable()
export class QuotasRepository {
  constructor(private readonly database: Database) {}

  async insert(projectId: number, hard: number): Promise<void> {
    await this.database.repository(Quota).insert({ projectId, hard });
  }

  findByProject(projectId: number): Promise<Quota | null> {
    return this.database.repository(Quota).findOneBy({ projectId });
  }

  /** Holds the row until the transaction ends. */
  lockByProject(projectId: number): Promise<Quota | null> {
    return this.database.repository(Quota).findOne({ where: { projectId }, lock: { mode: 'pessimistic_write' } });
  }

  async setUsed(id: number, used: number): Promise<void> {
    await this.database.repository(Quota).update(id, { used });
  }

  async delete(projectId: number): Promise<void> {
    await this.database.repository(Quota).delete({ projectId });
  }
}
