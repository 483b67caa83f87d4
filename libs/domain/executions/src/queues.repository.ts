import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';

export interface QueueLength {
  jobType: string;
  /** Tasks whose time has come. */
  count: number;
  /** How long the first of them has waited, in whole seconds. */
  latency: number;
}

@Injectable()
export class QueuesRepository {
  constructor(private readonly database: Database) {}

  async pause(types: readonly string[]): Promise<void> {
    await this.database.query(
      'INSERT INTO paused_queue (job_type) SELECT unnest($1::text[]) ON CONFLICT (job_type) DO NOTHING',
      [types],
    );
  }

  async resume(types: readonly string[]): Promise<void> {
    await this.database.query('DELETE FROM paused_queue WHERE job_type = ANY($1)', [types]);
  }

  async paused(): Promise<Set<string>> {
    const rows = await this.database.query<{ type: string }>('SELECT job_type AS type FROM paused_queue');
    return new Set(rows.map(({ type }) => type));
  }

  /** Of the queues in which anything waits; schedules that are late are the queue named so. */
  lengths(scheduler: string): Promise<QueueLength[]> {
    return this.database.query<QueueLength>(
      `SELECT job_type AS "jobType", count(*)::int AS count,
              greatest(0, extract(epoch FROM now() - min(run_at)))::int AS latency
       FROM task WHERE status IN ('Pending', 'Scheduled') AND run_at <= now() GROUP BY job_type
       UNION ALL
       SELECT $1, count(*)::int, greatest(0, extract(epoch FROM now() - min(next_time)))::int
       FROM schedule WHERE next_time <= now() HAVING count(*) > 0`,
      [scheduler],
    );
  }

  /** Tasks that wait for their time. */
  async scheduled(): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM task WHERE status IN ('Pending', 'Scheduled') AND run_at > now()`,
    );
    return row?.count ?? 0;
  }

  /** Executions of which tasks of that type wait, some of them. */
  async waitingExecutions(types: readonly string[], limit: number): Promise<number[]> {
    const rows = await this.database.query<{ id: number }>(
      `SELECT DISTINCT execution_id AS id FROM task WHERE job_type = ANY($1) AND status IN ('Pending', 'Scheduled') LIMIT $2`,
      [types, limit],
    );
    return rows.map(({ id }) => id);
  }

  /** Returns how many it ended. */
  async stopWaiting(executionId: number, types: readonly string[]): Promise<number> {
    const rows = await this.database.query(
      `UPDATE task SET status = 'Stopped', end_time = now(), update_time = now()
       WHERE execution_id = $1 AND job_type = ANY($2) AND status IN ('Pending', 'Scheduled') RETURNING id`,
      [executionId, types],
    );
    return rows.length;
  }
}
