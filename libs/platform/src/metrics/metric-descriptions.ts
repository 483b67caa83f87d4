import { auditAndQuotaMetrics } from './audit-and-quota-metric-descriptions';
import { certificateMetrics, databaseMetrics, redisMetrics } from './connection-metric-descriptions';
import { notaryMetrics } from './notary-metric-descriptions';
import { taskQueueMetrics, taskRunMetrics } from './task-metric-descriptions';

/** What a metric is, for Prometheus and for docs/operations/monitoring.md. */
export interface MetricDescription {
  type: 'counter' | 'gauge' | 'histogram' | 'summary';
  help: string;
  labels?: readonly string[];
  /** Upper bounds of a histogram's buckets, ascending. */
  buckets?: readonly number[];
  /** How the workers of one process add up; `sum` unless said. */
  aggregator?: 'sum' | 'first' | 'min' | 'max' | 'average';
}

/** Seconds, as Prometheus' client for Go has them by default. */
const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
/** The same with what a warm pull and a query take. */
const shortSeconds = [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, ...seconds] as const;
/** 1 KiB to 2 GiB, as in distribution. */
const sizes = Array.from({ length: 22 }, (_, power) => 1024 * 2 ** power);

/** Of every service. `process_*` and `nodejs_*` come from the Prometheus client besides. */
const everywhere = {
  breakwater_scrape_errors_total: {
    type: 'counter',
    help: 'Metrics that were left out of a scrape, because what they are read from did not answer',
    labels: ['metric'],
  },
} as const satisfies Record<string, MetricDescription>;

/** Of the services that log people and robots in. */
const login = {
  breakwater_authentications_total: {
    type: 'counter',
    help: 'Credentials presented, by method (basic, token, secret, login: the form of the portal) and result (success, failure, throttled)',
    labels: ['method', 'result'],
  },
  breakwater_cache_requests_total: {
    type: 'counter',
    help: 'Lookups in a cache, by result (hit, miss)',
    labels: ['cache', 'result'],
  },
  breakwater_cache_invalidations_total: {
    type: 'counter',
    help: 'Entries dropped because what they were read from has changed',
    labels: ['cache'],
  },
  breakwater_cache_entries: { type: 'gauge', help: 'Entries in a cache', labels: ['cache'] },
  breakwater_cache_bytes: {
    type: 'gauge',
    help: 'Bytes in a cache, of those that are bounded by bytes',
    labels: ['cache'],
  },
} as const satisfies Record<string, MetricDescription>;

/** Harbor's names: its core, and its exporter, whose figures core answers. */
const core = {
  harbor_core_http_request_total: {
    type: 'counter',
    help: 'Requests, by operation of the API (its operationId, else the route; unknown: no such route)',
    labels: ['method', 'code', 'operation'],
  },
  harbor_core_http_request_duration_seconds: {
    type: 'summary',
    help: 'Time of requests, quantiles over the last ten minutes',
    labels: ['method', 'operation'],
    aggregator: 'average',
  },
  harbor_core_http_inflight_requests: { type: 'gauge', help: 'Requests being answered' },
  harbor_health: { type: 'gauge', help: '1: every component is well', aggregator: 'min' },
  harbor_up: { type: 'gauge', help: '1: the component is well', labels: ['component'], aggregator: 'min' },
  harbor_system_info: {
    type: 'gauge',
    help: 'Always 1; what the platform is, in labels',
    labels: ['auth_mode', 'harbor_version', 'self_registration'],
    aggregator: 'first',
  },
  harbor_project_total: { type: 'gauge', help: 'Projects', labels: ['public'], aggregator: 'first' },
  harbor_project_repo_total: {
    type: 'gauge',
    help: 'Repositories of a project',
    labels: ['project_name', 'public'],
    aggregator: 'first',
  },
  harbor_project_member_total: {
    type: 'gauge',
    help: 'Members of a project',
    labels: ['project_name'],
    aggregator: 'first',
  },
  harbor_project_quota_usage_byte: {
    type: 'gauge',
    help: 'Bytes that a project uses',
    labels: ['project_name'],
    aggregator: 'first',
  },
  harbor_project_quota_byte: {
    type: 'gauge',
    help: 'Bytes that a project may use; -1: unlimited',
    labels: ['project_name'],
    aggregator: 'first',
  },
  harbor_artifact_pulled: {
    type: 'gauge',
    help: 'Pulls from a project so far',
    labels: ['project_name'],
    aggregator: 'first',
  },
  harbor_project_artifact_total: {
    type: 'gauge',
    help: 'Artifacts of a project',
    labels: ['project_name', 'public', 'artifact_type'],
    aggregator: 'first',
  },
  ...taskQueueMetrics,
  harbor_statistics_total_project_amount: { type: 'gauge', help: 'Projects', aggregator: 'first' },
  harbor_statistics_public_project_amount: { type: 'gauge', help: 'Public projects', aggregator: 'first' },
  harbor_statistics_private_project_amount: { type: 'gauge', help: 'Private projects', aggregator: 'first' },
  harbor_statistics_total_repo_amount: { type: 'gauge', help: 'Repositories', aggregator: 'first' },
  harbor_statistics_public_repo_amount: { type: 'gauge', help: 'Repositories of public projects', aggregator: 'first' },
  harbor_statistics_private_repo_amount: {
    type: 'gauge',
    help: 'Repositories of private projects',
    aggregator: 'first',
  },
  harbor_statistics_total_storage_consumption: {
    type: 'gauge',
    help: 'Bytes that all projects use together',
    aggregator: 'first',
  },
} as const satisfies Record<string, MetricDescription>;

/** distribution's names, and ours for what it has not. */
const registry = {
  registry_http_requests_total: {
    type: 'counter',
    help: 'Requests, by route (other: no such route) and status (499: the client went away)',
    labels: ['handler', 'method', 'code'],
  },
  registry_http_request_duration_seconds: {
    type: 'histogram',
    help: 'Time of requests, bodies included, without what nginx or the bucket sends afterwards',
    labels: ['handler', 'method'],
    buckets: shortSeconds,
  },
  registry_http_in_flight_requests: { type: 'gauge', help: 'Requests being answered', labels: ['handler'] },
  registry_http_request_size_bytes: {
    type: 'histogram',
    help: 'Bytes of request bodies',
    labels: ['handler'],
    buckets: sizes,
  },
  registry_http_response_size_bytes: {
    type: 'histogram',
    help: 'Bytes of response bodies, those that nginx sends for the registry (X-Accel-Redirect) included',
    labels: ['handler'],
    buckets: sizes,
  },
  registry_storage_action_seconds: {
    type: 'histogram',
    help: 'Time of operations of the storage driver',
    labels: ['driver', 'action'],
    buckets: seconds,
  },
  registry_storage_cache_total: {
    type: 'counter',
    help: 'Lookups of manifests and blobs in memory, by type (Request, Hit, Miss)',
    labels: ['type'],
  },
  breakwater_storage_errors_total: {
    type: 'counter',
    help: 'Operations of the storage driver that failed; not those that found nothing',
    labels: ['driver', 'action'],
  },
  breakwater_storage_written_bytes_total: {
    type: 'counter',
    help: 'Bytes of uploads that the storage driver wrote',
    labels: ['driver'],
  },
  breakwater_pushes_total: {
    type: 'counter',
    help: 'Blobs and manifests pushed, by result: stored, refused, failed, aborted (the client went away)',
    labels: ['kind', 'result'],
  },
  breakwater_lease_valid: {
    type: 'gauge',
    help: '1: the process may answer from its caches',
    aggregator: 'min',
  },
  breakwater_lease_remaining_seconds: {
    type: 'gauge',
    help: 'How long the process may still answer from its caches without renewing',
    aggregator: 'min',
  },
  breakwater_lease_losses_total: {
    type: 'counter',
    help: 'Times that the connection under the lease was lost, and everything cached with it',
  },
  breakwater_pull_events_dropped_total: {
    type: 'counter',
    help: 'Pulls that webhooks were not told of: too many at once, or Postgres away',
  },
  breakwater_pulls_uncounted_total: {
    type: 'counter',
    help: 'Pulls left out of the pull counts: too many at once, or Redis away',
  },
} as const satisfies Record<string, MetricDescription>;

/** Of services whose requests are all of one kind. */
const requests = {
  breakwater_http_requests_total: {
    type: 'counter',
    help: 'Requests to the service, by route (other: no such route)',
    labels: ['route', 'method', 'code'],
  },
  breakwater_http_request_duration_seconds: {
    type: 'histogram',
    help: 'Time of requests to the service',
    labels: ['route', 'method'],
    buckets: seconds,
  },
} as const satisfies Record<string, MetricDescription>;

/** Harbor's names for what the job service does, and ours. */
const jobservice = {
  ...taskRunMetrics,
  breakwater_outbox_events: { type: 'gauge', help: 'Events waiting to be published', aggregator: 'first' },
  breakwater_outbox_oldest_seconds: {
    type: 'gauge',
    help: 'Age of the oldest event waiting; 0: none waits',
    aggregator: 'first',
  },
  breakwater_outbox_subscriber_events: {
    type: 'gauge',
    help: 'Events that a subscriber has not taken yet',
    labels: ['subscriber'],
    aggregator: 'first',
  },
  breakwater_outbox_subscriber_oldest_seconds: {
    type: 'gauge',
    help: 'Age of the oldest event that a subscriber has not taken yet; 0: none waits',
    labels: ['subscriber'],
    aggregator: 'first',
  },
  ...auditAndQuotaMetrics,
  breakwater_trust_files_pruned_total: {
    type: 'counter',
    help: "Old role files of Notary's trust data that were removed",
  },
  breakwater_upload_sessions: {
    type: 'gauge',
    help: 'Upload sessions: writing (a request sends bytes now), open, expired (not yet removed)',
    labels: ['state'],
    aggregator: 'first',
  },
  breakwater_upload_session_bytes: {
    type: 'gauge',
    help: 'Bytes received by uploads that are not finished',
    aggregator: 'first',
  },
  breakwater_maintenance_rounds_total: {
    type: 'counter',
    help: 'Rounds of a maintenance loop, by result (success, failure)',
    labels: ['loop', 'result'],
  },
  breakwater_maintenance_round_duration_seconds: {
    type: 'histogram',
    help: 'Time of the rounds of a maintenance loop',
    labels: ['loop'],
    buckets: seconds,
  },
  breakwater_maintenance_last_success_timestamp_seconds: {
    type: 'gauge',
    help: 'When a round of the loop last succeeded here (Unix time)',
    labels: ['loop'],
    aggregator: 'max',
  },
} as const satisfies Record<string, MetricDescription>;

/** Every metric of the platform under a name of ours or the reference's, by where it comes from. The only such list. */
export const metricGroups = {
  everywhere,
  database: databaseMetrics,
  redis: redisMetrics,
  login,
  certificates: certificateMetrics,
  core,
  registry,
  requests,
  jobservice,
  notary: notaryMetrics,
};
