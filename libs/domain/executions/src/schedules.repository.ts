import { countedPage, Database, SqlParameters, type ListOptions } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { Schedule } from './schedule.entity';

const columns = `id, vendor_type AS "vendorType", vendor_id AS "vendorId", cron_type AS "cronType", cron, parameters,
  next_time AS "nextTime", creation_time AS "creationTime", update_time AS "updateTime"`;

type ScheduleContent = Pick<Schedule, 'vendorType' | 'vendorId' | 'cronType' | 'cron' | 'parameters' | 'nextTime'>;

@Injectable()
export class SchedulesRepository {
  constructor(private readonly database: Database) {}

  async upsert(schedule: ScheduleContent): Promise<number> {
    const id = await this.write(
      schedule,
      `UPDATE SET cron_type = EXCLUDED.cron_type, cron = EXCLUDED.cron, parameters = EXCLUDED.parameters,
         next_time = EXCLUDED.next_time, update_time = now()`,
    );
    if (id === undefined) throw new Error('the schedule was not written');
    return id;
  }

  /** Undefined: the vendor has one. */
  insert(schedule: ScheduleContent): Promise<number | undefined> {
    return this.write(schedule, 'NOTHING');
  }

  private async write(schedule: ScheduleContent, onConflict: string): Promise<number | undefined> {
    const [row] = await this.database.query<{ id: number }>(
      `INSERT INTO schedule (vendor_type, vendor_id, cron_type, cron, parameters, next_time) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (vendor_type, vendor_id) DO ${onConflict} RETURNING id`,
      [
        schedule.vendorType,
        schedule.vendorId,
        schedule.cronType,
        schedule.cron,
        JSON.stringify(schedule.parameters),
        schedule.nextTime,
      ],
    );
    return row?.id;
  }

  async find(vendorType: string, vendorId: number): Promise<Schedule | undefined> {
    const [row] = await this.database.query<Schedule>(
      `SELECT ${columns} FROM schedule WHERE vendor_type = $1 AND vendor_id = $2`,
      [vendorType, vendorId],
    );
    return row;
  }

  async delete(vendorType: string, vendorId: number): Promise<void> {
    await this.database.query('DELETE FROM schedule WHERE vendor_type = $1 AND vendor_id = $2', [vendorType, vendorId]);
  }

  list(options: ListOptions): Promise<{ items: Schedule[]; total: number }> {
    const query = { columns, from: 'FROM schedule', order: 'id', parameters: new SqlParameters() };
    return countedPage(this.database, query, options);
  }

  all(): Promise<Schedule[]> {
    return this.database.query<Schedule>(`SELECT ${columns} FROM schedule ORDER BY id`);
  }

  /** False: somebody else was faster, or it is another schedule by now. */
  async advance(id: number, from: Date, to: Date): Promise<boolean> {
    const rows = await this.database.query(
      `UPDATE schedule SET next_time = $3 WHERE id = $1 AND next_time = $2 RETURNING id`,
      [id, from, to],
    );
    return rows.length === 1;
  }

  /** Those whose instant has come. */
  due(limit: number): Promise<Schedule[]> {
    return this.database.query<Schedule>(
      `SELECT ${columns} FROM schedule WHERE next_time <= now() ORDER BY next_time LIMIT $1`,
      [limit],
    );
  }
}
