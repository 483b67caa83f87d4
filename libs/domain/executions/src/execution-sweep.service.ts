import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';

const batch = 1_000;
/** What asks for an execution by its key may ask again within this time, and must find that it was started. */
const leastHours = 1;

/** Removes history: executions that are too many, and logs that are too old. */
@Injectable()
export class ExecutionSweep {
  constructor(private readonly database: Database) {}

  vendorTypes(): Promise<string[]> {
    return this.database
      .query<{ type: string }>('SELECT DISTINCT vendor_type AS type FROM execution ORDER BY 1')
      .then((rows) => rows.map(({ type }) => type));
  }

  /** Removes ended executions of the type with tasks and logs, but for the newest of each vendor id; some of them. Returns how many. */
  async removeExecutions(vendorType: string, kept: number): Promise<number> {
    const rows = await this.database.query(
      `WITH old AS (
         SELECT id FROM (SELECT id, end_time, row_number() OVER (PARTITION BY vendor_id ORDER BY id DESC) AS place
                         FROM execution WHERE vendor_type = $1) e
         WHERE place > $2 AND end_time < now() - make_interval(hours => $3) ORDER BY id LIMIT $4),
       logs AS (DELETE FROM task_log l USING task t, old WHERE t.execution_id = old.id AND l.task_id = t.id)
       DELETE FROM execution e USING old WHERE e.id = old.id RETURNING e.id`,
      [vendorType, kept, leastHours, batch],
    );
    return rows.length;
  }

  /** Drops the months of logs that ended before that many days ago. Returns the names of their tables. */
  async dropLogs(days: number): Promise<string[]> {
    const limit = new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 7).replace('-', '_');
    const partitions = await this.database.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
       WHERE i.inhparent = 'task_log'::regclass AND c.relname ~ '^task_log_\\d{4}_\\d{2}$' AND c.relname < $1 ORDER BY 1`,
      [`task_log_${limit}`],
    );
    for (const { name } of partitions) await this.database.query(`DROP TABLE IF EXISTS "${name}"`);
    await this.database.query(`DELETE FROM task_log_default WHERE creation_time < now() - make_interval(days => $1)`, [
      days,
    ]);
    return partitions.map(({ name }) => name);
  }
}
