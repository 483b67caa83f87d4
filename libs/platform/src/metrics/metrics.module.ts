import { Module, type DynamicModule } from '@nestjs/common';
import cluster from 'node:cluster';
import { flushTraces } from '../tracing/span';
import { ConnectionMetrics, RedisMetrics } from './connection-metrics';
import { requestMetricNames, speaksTo, type ServiceName } from './metric-table';
import { Metrics } from './metrics';
import { MetricsServer } from './metrics-server';
import { RequestMetrics } from './request-metrics';
import { offerToPrimary } from './worker-metrics';

/** Metrics of a server, served on METRICS_PORT when there is one. */
@Module({})
export class MetricsModule {
  /** `metrics`: when something outside of Nest needs them too. */
  static forRoot(
    service: ServiceName,
    config: { HOST: string; METRICS_PORT?: number },
    metrics = new Metrics(config.METRICS_PORT !== undefined),
  ): DynamicModule {
    offerToPrimary(metrics);
    const server = new MetricsServer({
      host: config.HOST,
      // The primary of a cluster answers for its workers.
      port: cluster.isWorker ? undefined : config.METRICS_PORT,
      scrape: () => metrics.registry.metrics(),
      contentType: metrics.registry.contentType,
    });
    return {
      module: MetricsModule,
      global: true,
      providers: [
        { provide: Metrics, useValue: metrics },
        { provide: MetricsServer, useValue: server },
        { provide: RequestMetrics, useFactory: () => new RequestMetrics(metrics, requestMetricNames[service]) },
        ...(speaksTo(service, 'database') ? [ConnectionMetrics] : []),
        ...(speaksTo(service, 'redis') ? [RedisMetrics] : []),
      ],
      exports: [Metrics, RequestMetrics],
    };
  }

  /** Spans that wait to be sent are not lost with the process. */
  onApplicationShutdown(): Promise<void> {
    return flushTraces();
  }
}
