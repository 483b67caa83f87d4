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
import type { ExecutionTrigger, FinalStatus, JobStatus } from './job-status';

/** An execution with how many of its tasks are in which state. */
export interface ExecutionRow {
  id: number;
  vendorType: string;
  vendorId: number;
  status: JobStatus;
  statusMessage: string;
  trigger: ExecutionTrigger;
  extraAttrs: Record<string, unknown>;
  startTime: Date;
  updateTime: Date;
  endTime: Date | null;
  tasks: Partial<Record<JobStatus, number>>;
}

export interface NewExecution {
  vendorType: string;
  vendorId: number;
  trigger: ExecutionTrigger;
  extraAttrs: Record<string, unknown>;
  key: string | null;
}

/** What a list is about; what is left out does not matter. */
export interface ExecutionScope {
  vendorTypes?: readonly string[];
  vendorId?: number;
}

/** A task, of that execution and in that scope when they are given. */
export interface TaskPlace extends ExecutionScope {
  id: number;
  executionId?: number;
}

/** On `execution e`. */
export function scopeConditions({ vendorTypes, vendorId }: ExecutionScope, parameters: SqlParameters): string[] {
  return [
    ...(vendorTypes ? [`e.vendor_type = ANY(${parameters.add(vendorTypes)})`] : []),
    ...(vendorId === undefined ? [] : [`e.vendor_id = ${parameters.add(vendorId)}`]),
  ];
}

const columns: ListColumns = {
  id: { sql: 'e.id', type: 'number' },
  vendor_type: { sql: 'e.vendor_type', type: 'text' },
  vendor_id: { sql: 'e.vendor_id', type: 'number' },
  status: { sql: 'e.status', type: 'text' },
  trigger: { sql: 'e.trigger', type: 'text' },
  start_time: { sql: 'e.start_time', type: 'time' },
  end_time: { sql: 'e.end_time', type: 'time' },
  creation_time: { sql: 'e.start_time', type: 'time' },
  update_time: { sql: 'e.update_time', type: 'time' },
};

type LockedExecution = Pick<ExecutionRow, 'vendorType' | 'vendorId' | 'endTime'> & { unfinished: number };

const shown = `e.id, e.vendor_type AS "vendorType", e.vendor_id AS "vendorId", e.status,
  e.status_message AS "statusMessage", e.trigger, e.extra_attrs AS "extraAttrs", e.start_time AS "startTime",
  e.update_time AS "updateTime", e.end_time AS "endTime",
  coalesce((SELECT jsonb_object_agg(c.status, c.count)
            FROM (SELECT status, count(*)::int FROM task WHERE execution_id = e.id GROUP BY status) c), '{}') AS tasks`;

@Injectable()
export class ExecutionsRepository {
  constructor(private readonly database: Database) {}

  /** Undefined: there is one of that key already. */
  async insert(execution: NewExecution): Promise<number | undefined> {
    const [row] = await this.database.query<{ id: number }>(
      `INSERT INTO execution (vendor_type, vendor_id, status, trigger, extra_attrs, key) VALUES ($1, $2, 'Running', $3, $4, $5)
       ON CONFLICT (key) WHERE key IS NOT NULL DO NOTHING RETURNING id`,
      [
        execution.vendorType,
        execution.vendorId,
        execution.trigger,
        JSON.stringify(execution.extraAttrs),
        execution.key,
      ],
    );
    return row?.id;
  }

  async find(id: number): Promise<ExecutionRow | undefined> {
    const [row] = await this.database.query<ExecutionRow>(`SELECT ${shown} FROM execution e WHERE e.id = $1`, [id]);
    return row;
  }

  list(scope: ExecutionScope, options: ListOptions): Promise<{ items: ExecutionRow[]; total: number }> {
    const parameters = new SqlParameters();
    const conditions = [
      ...scopeConditions(scope, parameters),
      ...filterConditions(columns, options.filters, parameters),
    ];
    const from = `FROM execution e WHERE ${conditions.join(' AND ') || 'true'}`;
    const order = orderBy(columns, options.sorts, 'e.id DESC', 'e.id DESC');
    return countedPage(this.database, { columns: shown, from, order, parameters }, options);
  }

  /** Holds the row until the transaction ends; undefined when there is none. */
  async lock(id: number): Promise<LockedExecution | undefined> {
    const [row] = await this.database.query<LockedExecution>(
      `SELECT vendor_type AS "vendorType", vendor_id AS "vendorId", unfinished, end_time AS "endTime"
       FROM execution WHERE id = $1 FOR NO KEY UPDATE`,
      [id],
    );
    return row;
  }

  /** Counts tasks that began, or (negative) that ended. Returns how many are left. */
  async count(id: number, tasks: number): Promise<number> {
    const [row] = await this.database.query<{ unfinished: number }>(
      'UPDATE execution SET unfinished = unfinished + $2, update_time = now() WHERE id = $1 RETURNING unfinished',
      [id, tasks],
    );
    return row?.unfinished ?? 0;
  }

  async mergeAttributes(id: number, attributes: Record<string, unknown>): Promise<void> {
    await this.database.query(
      'UPDATE execution SET extra_attrs = extra_attrs || $2, update_time = now() WHERE id = $1',
      [id, JSON.stringify(attributes)],
    );
  }

  async end(id: number, status: FinalStatus, message: string): Promise<void> {
    await this.database.query(
      'UPDATE execution SET status = $2, status_message = $3, end_time = now(), update_time = now() WHERE id = $1 AND end_time IS NULL',
      [id, status, message],
    );
  }

  /** How the tasks of an execution ended. */
  async ended(id: number): Promise<Record<FinalStatus, number> & { message: string }> {
    const [row] = await this.database.query<Record<FinalStatus, number> & { message: string }>(
      `SELECT count(*) FILTER (WHERE status = 'Error')::int AS "Error", count(*) FILTER (WHERE status = 'Stopped')::int AS "Stopped",
              count(*) FILTER (WHERE status = 'Success')::int AS "Success",
              coalesce((array_agg(status_message ORDER BY id) FILTER (WHERE status = 'Error'))[1], '') AS message
       FROM task WHERE execution_id = $1`,
      [id],
    );
    return row ?? { Error: 0, Stopped: 0, Success: 0, message: '' };
  }

  /** Ids of executions of that vendor that have not ended. */
  async running(vendorType: JobType, vendorId: number): Promise<number[]> {
    const rows = await this.database.query<{ id: number }>(
      'SELECT id FROM execution WHERE vendor_type = $1 AND vendor_id = $2 AND end_time IS NULL ORDER BY id',
      [vendorType, vendorId],
    );
    return rows.map(({ id }) => id);
  }
}
