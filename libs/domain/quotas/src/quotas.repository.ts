import { Injectable } from '@nestjs/common';
import { Database } from '@breakwater/platform';
import { Quota } from './quota.entity';

/** A project's limit and use in bytes, while nobody else may change them. */
export type LockedQuota = Pick<Quota, 'id' | 'hard' | 'used'>;

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
  async lockByProject(projectId: number): Promise<LockedQuota | undefined> {
    const [row] = await this.database.prepared<LockedQuota>(
      'SELECT id, hard, used FROM quota WHERE project_id = $1 FOR UPDATE',
      [projectId],
    );
    return row;
  }

  async setUsed(id: number, used: number): Promise<void> {
    await this.database.prepared('UPDATE quota SET used = $2, update_time = now() WHERE id = $1', [id, used]);
  }

  /** False: there is no such quota. */
  async setHard(id: number, hard: number): Promise<boolean> {
    const rows = await this.database.query(
      'UPDATE quota SET hard = $2, update_time = now() WHERE id = $1 RETURNING id',
      [id, hard],
    );
    return rows.length > 0;
  }

  async delete(projectId: number): Promise<void> {
    await this.database.repository(Quota).delete({ projectId });
  }
}
