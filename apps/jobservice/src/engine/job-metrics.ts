import { Metrics } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { Counter, Summary } from 'prom-client';
import { Pool } from './pool';

/** What tasks came to here, under Harbor's names. */
@Injectable()
export class JobMetrics {
  private readonly total: Counter;
  private readonly time: Summary;

  constructor(metrics: Metrics, pool: Pool) {
    this.total = metrics.counter('harbor_jobservice_task_total');
    this.time = metrics.summary('harbor_jobservice_task_process_time_seconds');
    metrics.collect('harbor_jobservice_info', () => [
      { labels: { node: pool.host, pool: pool.id, workers: pool.concurrency }, value: 1 },
    ]);
  }

  /** `status`: the task's own, or Lost when somebody else has it by now. */
  ended(type: string, status: string, seconds: number): void {
    this.total.inc({ type, status });
    this.time.observe({ type, status }, seconds);
  }
}
