import { PoolsService, QueuesService } from '@breakwater/executions';
import { Metrics, rememberFor } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';

/** How old the figures of a scrape may be, in seconds. */
const age = 5;

/** What waits and runs in the background, as Harbor's exporter tells it. */
@Injectable()
export class QueueFigures {
  constructor(metrics: Metrics, queues: QueuesService, pools: PoolsService) {
    if (!metrics.enabled) return;
    const lengths = rememberFor(age, () => queues.list());
    metrics.collect('harbor_task_queue_size', async () =>
      (await lengths()).map(({ jobType, count }) => ({ labels: { type: jobType }, value: count })),
    );
    metrics.collect('harbor_task_queue_latency', async () =>
      (await lengths()).map(({ jobType, latency }) => ({ labels: { type: jobType }, value: latency })),
    );
    metrics.collect('harbor_task_concurrency', async () =>
      (await pools.concurrency()).map(({ jobType, poolId, count }) => ({
        labels: { type: jobType, pool: poolId },
        value: count,
      })),
    );
    metrics.collect('harbor_task_scheduled_total', async () => [{ value: await queues.scheduled() }]);
  }
}
