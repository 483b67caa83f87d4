import cluster from 'node:cluster';
import { AggregatorRegistry } from 'prom-client';
import type { Metrics } from './metrics';
import { MetricsServer } from './metrics-server';

/** In a worker: the primary is told when it asks. Elsewhere nothing. */
export function offerToPrimary({ registry }: Metrics): void {
  if (!cluster.isWorker) return;
  AggregatorRegistry.setRegistries(registry);
  new AggregatorRegistry();
}

/**
 * In the primary: one `GET /metrics` for all workers, which do not listen themselves. Numbers are added up as the
 * metric table says. Call when the port is known; undefined: nothing is served.
 */
export async function serveMetricsOfWorkers(settings: { HOST: string; METRICS_PORT?: number }): Promise<MetricsServer> {
  const workers = new AggregatorRegistry();
  const server = new MetricsServer({
    host: settings.HOST,
    port: settings.METRICS_PORT,
    scrape: () => workers.clusterMetrics(),
    contentType: workers.contentType,
  });
  await server.onApplicationBootstrap();
  return server;
}
