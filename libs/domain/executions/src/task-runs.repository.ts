import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { FinalStatus } from './job-status';

/** A task that a worker took; `run` is the token that everything written about it carries. */
export interface ClaimedTask {
  id: number;
  run: number;
  executionId: number;
  jobType: string;
  payload: unknown;
  serialKey: string | null;
  failures: number;
  checkpoint: unknown;
  /** People stopped it before this worker took it. */
  stopRequested: boolean;
}

export interface ClaimOptions {
  poolId: string;
  leaseSeconds: number;
  /** Types of which one task runs at a time. */
  exclusiveTypes: readonly string[];
}

/** Which task, and whose it is. */
export type RunToken = Pick<ClaimedTask, 'id' | 'run'>;

export interface DueTask {
  id: number;
  jobType: string;
  run: number;
  runAt: Date;
}

export interface LostTask extends DueTask {
  executionId: number;
  losses: number;
}

/** Waits for nothing but its time: not paused, no earlier one of its serial key, none of an exclusive type running. */
const unhindered = (exclusiveTypes: string) => `t.status IN ('Pending', 'Scheduled')
  AND NOT EXISTS (SELECT 1 FROM paused_queue p WHERE p.job_type = t.job_type)
  AND (t.serial_key IS NULL OR NOT EXISTS (
    SELECT 1 FROM task e WHERE e.serial_key = t.serial_key AND e.id < t.id AND e.end_time IS NULL))
  AND (t.job_type <> ALL(${exclusiveTypes}::text[]) OR NOT EXISTS (
    SELECT 1 FROM task o WHERE o.job_type = t.job_type AND o.status = 'Running' AND o.lease_until > now()))`;

const due = 'id, job_type AS "jobType", run, run_at AS "runAt"';

/** Any number that no other user of two-part advisory locks has. */
const exclusiveLocks = 7_233;

/** What workers write about their tasks. Each statement counts only while the task is the worker's. */
@Injectable()
export class TaskRunsRepository {
  constructor(private readonly database: Database) {}

  /** Call in a transaction: no two tasks of the type are claimed at the same moment. */
  async lockType(jobType: string): Promise<void> {
    await this.database.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [exclusiveLocks, jobType]);
  }

  async claim(id: number, { poolId, leaseSeconds, exclusiveTypes }: ClaimOptions): Promise<ClaimedTask | undefined> {
    const [row] = await this.database.query<ClaimedTask>(
      `UPDATE task t SET status = 'Running', run = t.run + 1, pool_id = $2, lease_until = now() + make_interval(secs => $3),
              start_time = coalesce(t.start_time, now()), update_time = now()
       WHERE t.id = $1 AND t.run_at <= now() AND ${unhindered('$4')}
       RETURNING t.id, t.run, t.execution_id AS "executionId", t.job_type AS "jobType", t.payload,
                 t.serial_key AS "serialKey", t.failures, t.checkpoint, t.stop_requested AS "stopRequested"`,
      [id, poolId, leaseSeconds, exclusiveTypes],
    );
    return row;
  }

  /** Of those that are still their worker's: whether they are to stop. The others are not answered. */
  renew(held: readonly RunToken[], leaseSeconds: number): Promise<{ id: number; stopRequested: boolean }[]> {
    return this.database.query(
      `UPDATE task t SET lease_until = now() + make_interval(secs => $3)
       FROM unnest($1::bigint[], $2::int[]) AS h(id, run)
       WHERE t.id = h.id AND t.run = h.run AND t.status = 'Running'
       RETURNING t.id, t.stop_requested AS "stopRequested"`,
      [held.map(({ id }) => id), held.map(({ run }) => run), leaseSeconds],
    );
  }

  /** False: it is not the worker's any more. */
  async setCheckpoint({ id, run }: RunToken, checkpoint: unknown): Promise<boolean> {
    const rows = await this.database.query(
      `UPDATE task SET checkpoint = $3, losses = 0, update_time = now()
       WHERE id = $1 AND run = $2 AND status = 'Running' RETURNING id`,
      [id, run, JSON.stringify(checkpoint ?? null)],
    );
    return rows.length === 1;
  }

  async mergeAttributes({ id, run }: RunToken, attributes: Record<string, unknown>): Promise<void> {
    await this.database.query(
      `UPDATE task SET extra_attrs = extra_attrs || $3, update_time = now() WHERE id = $1 AND run = $2 AND status = 'Running'`,
      [id, run, JSON.stringify(attributes)],
    );
  }

  /** False: it was not the worker's any more. */
  async end({ id, run }: RunToken, status: FinalStatus, message: string): Promise<boolean> {
    const rows = await this.database.query(
      `UPDATE task SET status = $3::text, status_message = $4, failures = failures + ($3::text = 'Error')::int, pool_id = NULL,
              lease_until = NULL, end_time = now(), update_time = now()
       WHERE id = $1 AND run = $2 AND status = 'Running' RETURNING id`,
      [id, run, status, message],
    );
    return rows.length === 1;
  }

  /** It is tried again in that many seconds. Undefined: it was not the worker's any more. */
  async retry({ id, run }: RunToken, seconds: number, message: string): Promise<DueTask | undefined> {
    const [row] = await this.database.query<DueTask>(
      `UPDATE task SET status = 'Scheduled', status_message = $4, failures = failures + 1, pool_id = NULL,
              lease_until = NULL, run_at = now() + make_interval(secs => $3), update_time = now()
       WHERE id = $1 AND run = $2 AND status = 'Running' RETURNING ${due}`,
      [id, run, seconds, message],
    );
    return row;
  }

  /** It waits again, as if it had never been taken. Undefined: it was not the worker's any more. */
  async giveBack({ id, run }: RunToken): Promise<DueTask | undefined> {
    const [row] = await this.database.query<DueTask>(
      `UPDATE task SET status = 'Pending', pool_id = NULL, lease_until = NULL, update_time = now()
       WHERE id = $1 AND run = $2 AND status = 'Running' RETURNING ${due}`,
      [id, run],
    );
    return row;
  }

  /** Takes tasks from workers that died: they wait again. Answers those that it took. */
  takeBack(limit: number): Promise<LostTask[]> {
    return this.database.query<LostTask>(
      `UPDATE task SET status = 'Pending', losses = losses + 1, pool_id = NULL, lease_until = NULL, update_time = now()
       WHERE id IN (SELECT id FROM task WHERE status = 'Running' AND lease_until < now()
                    ORDER BY lease_until LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING ${due}, execution_id AS "executionId", losses`,
      [limit],
    );
  }

  /** Ends a task that nobody runs. False: it does not wait, or it was taken since. */
  async endWaiting({ id, run }: RunToken, status: FinalStatus, message: string): Promise<boolean> {
    const rows = await this.database.query(
      `UPDATE task SET status = $3, status_message = $4, end_time = now(), update_time = now()
       WHERE id = $1 AND run = $2 AND status IN ('Pending', 'Scheduled') RETURNING id`,
      [id, run, status, message],
    );
    return rows.length === 1;
  }

  /** Those that could run now, or within `aheadSeconds`; the longest waiting first. */
  due(exclusiveTypes: readonly string[], aheadSeconds: number, limit: number): Promise<DueTask[]> {
    return this.database.query<DueTask>(
      `SELECT t.id, t.job_type AS "jobType", t.run, t.run_at AS "runAt" FROM task t
       WHERE t.run_at <= now() + make_interval(secs => $2) AND ${unhindered('$1')} ORDER BY t.run_at, t.id LIMIT $3`,
      [exclusiveTypes, aheadSeconds, limit],
    );
  }

  /** What a task that ended made way for. */
  async next(
    { jobType, serialKey }: Pick<ClaimedTask, 'jobType' | 'serialKey'>,
    exclusive: boolean,
  ): Promise<DueTask[]> {
    const [serial, ofType] = await Promise.all([
      serialKey === null ? [] : this.first('serial_key = $1 AND end_time IS NULL ORDER BY id', serialKey),
      exclusive ? this.first(`job_type = $1 AND status IN ('Pending', 'Scheduled') ORDER BY run_at, id`, jobType) : [],
    ]);
    return [...serial, ...ofType];
  }

  private first(condition: string, value: string): Promise<DueTask[]> {
    return this.database.query<DueTask>(`SELECT ${due} FROM task WHERE ${condition} LIMIT 1`, [value]);
  }
}
