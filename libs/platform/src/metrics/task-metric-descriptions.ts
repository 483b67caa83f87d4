/** What waits and runs in the background: core answers it, as Harbor's exporter does. */
export const taskQueueMetrics = {
  harbor_task_queue_size: {
    type: 'gauge',
    help: 'Tasks whose time has come and that no worker has yet; of SCHEDULER: schedules that are late',
    labels: ['type'],
    aggregator: 'first',
  },
  harbor_task_queue_latency: {
    type: 'gauge',
    help: 'Seconds that the first of them has waited',
    labels: ['type'],
    aggregator: 'first',
  },
  harbor_task_concurrency: {
    type: 'gauge',
    help: 'Tasks that run, by the pool that has them',
    labels: ['type', 'pool'],
    aggregator: 'first',
  },
  harbor_task_scheduled_total: {
    type: 'gauge',
    help: 'Tasks that wait for their time, or to be tried again',
    aggregator: 'first',
  },
} as const;

/** What tasks came to in one job service, under Harbor's names. */
export const taskRunMetrics = {
  harbor_jobservice_info: {
    type: 'gauge',
    help: 'Always 1; the pool of workers, in labels',
    labels: ['node', 'pool', 'workers'],
    aggregator: 'first',
  },
  harbor_jobservice_task_total: {
    type: 'counter',
    help: 'Runs of tasks by what they came to: a status, Scheduled (tried again), Pending (given back), Lost (somebody else’s by now)',
    labels: ['type', 'status'],
  },
  harbor_jobservice_task_process_time_seconds: {
    type: 'summary',
    help: 'Time of runs of tasks, quantiles over the last ten minutes',
    labels: ['type', 'status'],
    aggregator: 'average',
  },
} as const;
