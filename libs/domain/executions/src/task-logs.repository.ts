import { Database, SqlParameters } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { TaskPlace } from './executions.repository';
import type { RunToken } from './task-runs.repository';
import { taskAt } from './tasks.repository';

export interface LogChunk {
  sequence: number;
  /** Whole lines. */
  text: string;
}

@Injectable()
export class TaskLogsRepository {
  constructor(private readonly database: Database) {}

  /** Bytes of the task's log so far. */
  async size(taskId: number): Promise<number> {
    const [row] = await this.database.query<{ bytes: number }>(
      'SELECT coalesce(sum(octet_length(text)), 0)::int AS bytes FROM task_log WHERE task_id = $1',
      [taskId],
    );
    return row?.bytes ?? 0;
  }

  /** Nothing is written when the task is not the worker's any more. */
  async append({ id, run }: RunToken, text: string): Promise<void> {
    await this.database.query(
      `INSERT INTO task_log (task_id, sequence, text)
       SELECT $1, (SELECT coalesce(max(sequence), 0) + 1 FROM task_log WHERE task_id = $1), $3
       WHERE EXISTS (SELECT 1 FROM task WHERE id = $1 AND run = $2 AND status = 'Running')`,
      [id, run, text],
    );
  }

  /** The end of the log, in order, of at most `bytes` and at least one chunk. Undefined when there is no such task. */
  async tail(place: TaskPlace, bytes: number): Promise<string[] | undefined> {
    const parameters = new SqlParameters();
    const [row] = await this.database.query<{ texts: string[] }>(
      `SELECT ARRAY(
         SELECT text FROM (
           SELECT sequence, text, sum(octet_length(text)) OVER (ORDER BY sequence DESC) - octet_length(text) AS later
           FROM task_log WHERE task_id = t.id) c
         WHERE later < ${parameters.add(bytes)} ORDER BY sequence) AS texts
       ${taskAt(place, parameters)}`,
      parameters.values,
    );
    return row?.texts;
  }

  after(taskId: number, sequence: number, limit: number): Promise<LogChunk[]> {
    return this.database.query<LogChunk>(
      'SELECT sequence, text FROM task_log WHERE task_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3',
      [taskId, sequence, limit],
    );
  }
}
