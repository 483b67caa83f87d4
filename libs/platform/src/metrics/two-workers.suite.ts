import cluster from 'node:cluster';
import { once } from 'node:events';
import { Metrics } from './metrics';
import { requestMetricNames } from './metric-table';
import { RequestMetrics } from './request-metrics';
import { offerToPrimary, serveMetricsOfWorkers } from './worker-metrics';

/** A program for worker-metrics.int.spec.ts: two workers that have each answered one request. Says its port. */
async function primary(): Promise<void> {
  const workers = [cluster.fork(), cluster.fork()];
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  const server = await serveMetricsOfWorkers({ HOST: '127.0.0.1', METRICS_PORT: 0 });
  process.stdout.write(`port ${server.port}\n`);
  process.once('SIGTERM', () => process.exit(0));
}

function worker(): void {
  const metrics = new Metrics(true);
  offerToPrimary(metrics);
  new RequestMetrics(metrics, requestMetricNames.registry).series('blob', 'GET').observe({ code: 200, seconds: 0.001 });
  metrics.collect('breakwater_lease_valid', () => [{ value: cluster.worker?.id === 1 ? 1 : 0 }]);
  process.send?.('ready');
}

if (cluster.isPrimary) void primary();
else worker();
