import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { WorkerPool } from './worker-pool.entity';

/** A task that runs, as the worker that has it. */
export interface BusyWorker {
  poolId: string;
  taskId: number;
  executionId: number;
  jobType: string;
  startTime: Date;
  /** What the job told of itself last, and when. */
  checkIn: Record<string, unknown>;
  updateTime: Date;
}

/** A process that was not heard of for so long is gone. */
const goneSeconds = 60;

/** The processes that run tasks. */
@Injectable()
export class PoolsService {
  constructor(private readonly database: Database) {}

  /** The pool lives; call it every few seconds. */
  async beat({ id, host, pid, concurrency }: Pick<WorkerPool, 'id' | 'host' | 'pid' | 'concurrency'>): Promise<void> {
    await this.database.query(
      `INSERT INTO worker_pool (id, host, pid, concurrency) VALUES ($1, $2, $3, $4)
       ON CONFLICT (id) DO UPDATE SET heartbeat_time = now()`,
      [id, host, pid, concurrency],
    );
  }

  async remove(id: string): Promise<void> {
    await this.database.query('DELETE FROM worker_pool WHERE id = $1', [id]);
  }

  async removeGone(): Promise<void> {
    await this.database.query(`DELETE FROM worker_pool WHERE heartbeat_time < now() - make_interval(secs => $1)`, [
      goneSeconds,
    ]);
  }

  /** Those that live, the oldest first. */
  list(): Promise<WorkerPool[]> {
    return this.database.query<WorkerPool>(
      `SELECT id, host, pid, concurrency, start_time AS "startTime", heartbeat_time AS "heartbeatTime"
       FROM worker_pool WHERE heartbeat_time >= now() - make_interval(secs => $1) ORDER BY start_time, id`,
      [goneSeconds],
    );
  }

  /** What runs, in one pool or (left out) in all. */
  workers(poolId?: string): Promise<BusyWorker[]> {
    return this.database.query<BusyWorker>(
      `SELECT pool_id AS "poolId", id AS "taskId", execution_id AS "executionId", job_type AS "jobType",
              start_time AS "startTime", extra_attrs AS "checkIn", update_time AS "updateTime"
       FROM task WHERE status = 'Running' AND lease_until > now() AND ($1::text IS NULL OR pool_id::text = $1) ORDER BY id`,
      [poolId ?? null],
    );
  }

  /** How many tasks run, of each type in each pool. */
  concurrency(): Promise<{ jobType: string; poolId: string; count: number }[]> {
    return this.database.query(
      `SELECT job_type AS "jobType", pool_id AS "poolId", count(*)::int AS count
       FROM task WHERE status = 'Running' AND lease_until > now() GROUP BY job_type, pool_id`,
    );
  }
}
