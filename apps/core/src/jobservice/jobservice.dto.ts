import type { BusyWorker, QueueState, WorkerPool } from '@breakwater/executions';
import { AppError } from '@breakwater/kernel';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { pathId, time } from '../rest';

export class JobQueueDto extends createZodDto(
  z.object({
    job_type: z.string(),
    count: z.number().int().describe('Jobs whose time has come'),
    latency: z.number().int().describe('Seconds that the first of them has waited'),
    paused: z.boolean(),
  }),
) {}

export class WorkerPoolDto extends createZodDto(
  z.object({
    pid: z.number().int(),
    worker_pool_id: z.string(),
    start_at: time,
    heartbeat_at: time,
    concurrency: z.number().int(),
    host: z.string(),
  }),
) {}

export class WorkerDto extends createZodDto(
  z.object({
    id: z.string(),
    pool_id: z.string(),
    job_name: z.string().describe('Empty: the worker is free'),
    job_id: z.string(),
    start_at: time.nullable(),
    check_in: z.string().describe('JSON: what the job told of itself last'),
    checkin_at: time.nullable(),
  }),
) {}

export class ActionRequestDto extends createZodDto(z.object({ action: z.enum(['stop', 'pause', 'resume']) })) {}

export class PoolParameters extends createZodDto(
  z.object({ pool_id: z.string().max(64).describe('Of a pool, or all') }),
) {}

export class QueueParameters extends createZodDto(
  z.object({ job_type: z.string().max(64).describe('Of a queue, or all') }),
) {}

export class JobParameters extends createZodDto(
  z.object({ job_id: z.string().max(64).describe('Of a job; to stop every one that runs, all') }),
) {}

export class ExecutionParameters extends createZodDto(z.object({ execution_id: pathId })) {}

/** Clients take ids of jobs for text. Throws NOT_FOUND for one that is no id of ours. */
export function readJobId({ job_id: text }: JobParameters): number {
  if (!/^\d{1,15}$/.test(text)) throw new AppError('NOT_FOUND', `job ${text} not found`);
  return Number(text);
}

export function toQueue({ jobType, count, latency, paused }: QueueState): z.input<typeof JobQueueDto.schema> {
  return { job_type: jobType, count, latency, paused };
}

export function toPool(pool: WorkerPool): z.input<typeof WorkerPoolDto.schema> {
  return {
    pid: pool.pid,
    worker_pool_id: pool.id,
    start_at: pool.startTime,
    heartbeat_at: pool.heartbeatTime,
    concurrency: pool.concurrency,
    host: pool.host,
  };
}

/** As many as the pool has, for clients count those that are free. */
export function toWorkers({ id, concurrency }: WorkerPool, busy: readonly BusyWorker[]) {
  const own = busy.filter(({ poolId }) => poolId === id).map(toBusyWorker);
  const free = Array.from({ length: Math.max(0, concurrency - own.length) }, () => freeWorker(id));
  return [...own, ...free].map((worker, place) => ({ ...worker, id: `${id}-${place + 1}` }));
}

function toBusyWorker(worker: BusyWorker): Omit<z.input<typeof WorkerDto.schema>, 'id'> {
  return {
    pool_id: worker.poolId,
    job_name: worker.jobType,
    job_id: String(worker.taskId),
    start_at: worker.startTime,
    check_in: JSON.stringify(worker.checkIn),
    checkin_at: worker.updateTime,
  };
}

function freeWorker(poolId: string): Omit<z.input<typeof WorkerDto.schema>, 'id'> {
  return { pool_id: poolId, job_name: '', job_id: '', start_at: null, check_in: '', checkin_at: null };
}
