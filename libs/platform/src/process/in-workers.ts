import cluster from 'node:cluster';
import { pino } from 'pino';
import type { MetricsServer } from '../metrics/metrics-server';
import { serving, WorkerPool } from './worker-pool';

export interface InWorkersOptions {
  /** Name in the log. */
  service: string;
  /** Processes that serve; 1: this one does. */
  count: number;
  logLevel: string;
  /** Where the metrics of all workers are told together. */
  metrics: { HOST: string; METRICS_PORT?: number };
}

/**
 * Runs `serve`, which resolves when it listens, in `count` processes that share its ports; connections go to them in
 * turn. This process then only watches over them: who dies is replaced, SIGTERM and SIGINT are passed on, and all are
 * waited for. Rejects when no worker can start.
 */
export async function inWorkers(
  { service, count, logLevel, metrics }: InWorkersOptions,
  serve: () => Promise<void>,
): Promise<void> {
  if (cluster.isWorker) {
    await serve();
    cluster.worker?.send(serving);
    return;
  }
  if (count === 1) return serve();
  // What Node does by itself everywhere but on Windows; left to the kernel, few workers get most connections.
  cluster.schedulingPolicy = cluster.SCHED_RR;
  const log = pino({ level: logLevel, base: { service } });
  const pool = new WorkerPool({ service, count, log, fork: () => cluster.fork() });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => pool.stop(signal));
  log.info(`${count} workers`);
  const server = await serveMetrics(metrics);
  try {
    await pool.run();
  } finally {
    await server?.onApplicationShutdown();
  }
}

/** What it needs is loaded only when somebody asks for metrics. */
async function serveMetrics(settings: InWorkersOptions['metrics']): Promise<MetricsServer | undefined> {
  if (settings.METRICS_PORT === undefined) return undefined;
  const { serveMetricsOfWorkers } = await import('../metrics/worker-metrics');
  return serveMetricsOfWorkers(settings);
}
