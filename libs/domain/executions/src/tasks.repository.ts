import type { JobType } from '@breakwater/contracts';
import {
  countedPage,
  Database,
  filterConditions,
  orderBy,
  SqlParameters,
  type ListColumns,
  type ListOptions,
} from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { JobStatus } from './job-status';
import { scopeConditions, type ExecutionScope, type TaskPlace } from './executions.repository';

export interface TaskRow {
  id: number;
  executionId: number;
  jobType: JobType;
  payload: unknown;
  status: JobStatus;
  statusMessage: string;
  run: number;
  extraAttrs: Record<string, unknown>;
  creationTime: Date;
  startTime: Date | null;
  updateTime: Date;
  endTime: Date | null;
}

export interface InsertedTask {
  id: number;
  jobType: JobType;
  runAt: Date;
}

export interface TaskToInsert {
  jobType: JobType;
  payload: unknown;
  runAt: Date | null;
  serialKey: string | null;
}

const columns: ListColumns = {
  id: { sql: 't.id', type: 'number' },
  status: { sql: 't.status', type: 'text' },
  job_type: { sql: 't.job_type', type: 'text' },
  creation_time: { sql: 't.creation_time', type: 'time' },
  start_time: { sql: 't.start_time', type: 'time' },
  update_time: { sql: 't.update_time', type: 'time' },
  end_time: { sql: 't.end_time', type: 'time' },
};

const shown = `t.id, t.execution_id AS "executionId", t.job_type AS "jobType", t.payload, t.status,
  t.status_message AS "statusMessage", t.run, t.extra_attrs AS "extraAttrs", t.creation_time AS "creationTime",
  t.start_time AS "startTime", t.update_time AS "updateTime", t.end_time AS "endTime"`;
const from = 'FROM task t JOIN execution e ON e.id = t.execution_id';

/** FROM and WHERE of `task t`. */
export function taskAt({ id, executionId, ...scope }: TaskPlace, parameters: SqlParameters): string {
  const conditions = [
    `t.id = ${parameters.add(id)}`,
    ...(executionId === undefined ? [] : [`t.execution_id = ${parameters.add(executionId)}`]),
    ...scopeConditions(scope, parameters),
  ];
  return `${from} WHERE ${conditions.join(' AND ')}`;
}

@Injectable()
export class TasksRepository {
  constructor(private readonly database: Database) {}

  /** In the order given. */
  insert(executionId: number, tasks: readonly TaskToInsert[]): Promise<InsertedTask[]> {
    return this.database.query<InsertedTask>(
      `INSERT INTO task (execution_id, job_type, payload, run_at, serial_key, status)
       SELECT $1, x.job_type, x.payload, coalesce(x.run_at, now()), x.serial_key,
              CASE WHEN x.run_at > now() THEN 'Scheduled' ELSE 'Pending' END
       FROM jsonb_to_recordset($2) AS x(place int, job_type text, payload jsonb, run_at timestamptz, serial_key text)
       ORDER BY x.place RETURNING id, job_type AS "jobType", run_at AS "runAt"`,
      [
        executionId,
        JSON.stringify(
          tasks.map(({ jobType, payload, runAt, serialKey }, place) => ({
            place,
            job_type: jobType,
            payload,
            run_at: runAt,
            serial_key: serialKey,
          })),
        ),
      ],
    );
  }

  async find(place: TaskPlace): Promise<TaskRow | undefined> {
    const parameters = new SqlParameters();
    const [row] = await this.database.query<TaskRow>(`SELECT ${shown} ${taskAt(place, parameters)}`, parameters.values);
    return row;
  }

  /** None of an execution that is not in the scope. */
  list(
    executionId: number,
    options: ListOptions,
    scope: ExecutionScope = {},
  ): Promise<{ items: TaskRow[]; total: number }> {
    const parameters = new SqlParameters();
    const where = [
      `t.execution_id = ${parameters.add(executionId)}`,
      ...scopeConditions(scope, parameters),
      ...filterConditions(columns, options.filters, parameters),
    ].join(' AND ');
    const order = orderBy(columns, options.sorts, 't.id', 't.id');
    return countedPage(this.database, { columns: shown, from: `${from} WHERE ${where}`, order, parameters }, options);
  }

  /** Ends those that no worker has, and asks the workers of the others to stop; only that task when one is given. Returns the ids of both. */
  async stop(executionId: number, taskId?: number): Promise<{ ended: number[]; asked: number[] }> {
    const which = 'execution_id = $1 AND ($2::bigint IS NULL OR id = $2)';
    const ended = await this.database.query<{ id: number }>(
      `UPDATE task SET status = 'Stopped', end_time = now(), update_time = now()
       WHERE ${which} AND status IN ('Pending', 'Scheduled') RETURNING id`,
      [executionId, taskId ?? null],
    );
    const asked = await this.database.query<{ id: number }>(
      `UPDATE task SET stop_requested = true, update_time = now() WHERE ${which} AND status = 'Running' RETURNING id`,
      [executionId, taskId ?? null],
    );
    return { ended: ended.map(({ id }) => id), asked: asked.map(({ id }) => id) };
  }

  /** Asks the workers of all that run to stop. Returns the ids. */
  async stopRunning(): Promise<number[]> {
    const asked = await this.database.query<{ id: number }>(
      `UPDATE task SET stop_requested = true, update_time = now() WHERE status = 'Running' RETURNING id`,
    );
    return asked.map(({ id }) => id);
  }
}
