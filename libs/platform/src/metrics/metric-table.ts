import { metricGroups, type MetricDescription } from './metric-descriptions';

/** Which groups a service answers. */
export const groupsOfService = {
  core: ['everywhere', 'database', 'redis', 'login', 'certificates', 'core'],
  registry: ['everywhere', 'database', 'redis', 'login', 'certificates', 'registry'],
  registryctl: ['everywhere', 'requests'],
  jobservice: ['everywhere', 'database', 'redis', 'requests', 'jobservice'],
  'notary-server': ['everywhere', 'database', 'login', 'notary'],
  'notary-signer': ['everywhere', 'database', 'requests'],
} as const satisfies Record<string, readonly (keyof typeof metricGroups)[]>;
export type ServiceName = keyof typeof groupsOfService;

/** Does it hold connections to Postgres, or to Redis? */
export function speaksTo(service: ServiceName, server: 'database' | 'redis'): boolean {
  const groups: readonly string[] = groupsOfService[service];
  return groups.includes(server);
}

/** Under which names a service counts the requests that it answers. */
export interface RequestMetricNames {
  total: MetricName;
  duration: MetricName;
  /** With the route as label, or one number. */
  inFlight?: MetricName;
  requestSize?: MetricName;
  responseSize?: MetricName;
  /** How the metrics above call the route. */
  routeLabel: 'handler' | 'operation' | 'route';
  methods: 'lower' | 'upper';
}

export const requestMetricNames = {
  core: {
    total: 'harbor_core_http_request_total',
    duration: 'harbor_core_http_request_duration_seconds',
    inFlight: 'harbor_core_http_inflight_requests',
    routeLabel: 'operation',
    methods: 'upper',
  },
  registry: {
    total: 'registry_http_requests_total',
    duration: 'registry_http_request_duration_seconds',
    inFlight: 'registry_http_in_flight_requests',
    requestSize: 'registry_http_request_size_bytes',
    responseSize: 'registry_http_response_size_bytes',
    routeLabel: 'handler',
    methods: 'lower',
  },
  registryctl: {
    total: 'breakwater_http_requests_total',
    duration: 'breakwater_http_request_duration_seconds',
    routeLabel: 'route',
    methods: 'upper',
  },
  jobservice: {
    total: 'breakwater_http_requests_total',
    duration: 'breakwater_http_request_duration_seconds',
    routeLabel: 'route',
    methods: 'upper',
  },
  'notary-server': {
    total: 'notary_server_http_requests_total',
    duration: 'notary_server_http_request_duration_seconds',
    routeLabel: 'operation',
    methods: 'lower',
  },
  'notary-signer': {
    total: 'breakwater_http_requests_total',
    duration: 'breakwater_http_request_duration_seconds',
    routeLabel: 'route',
    methods: 'upper',
  },
} as const satisfies Record<ServiceName, RequestMetricNames>;

/** The names that a service answers besides `process_*` and `nodejs_*`, sorted. */
export function metricNamesOf(service: ServiceName): string[] {
  return groupsOfService[service].flatMap((group) => Object.keys(metricGroups[group])).sort();
}

const { everywhere, database, redis, login, certificates, core, registry, requests, jobservice, notary } = metricGroups;
const metricTable = {
  ...everywhere,
  ...database,
  ...redis,
  ...login,
  ...certificates,
  ...core,
  ...registry,
  ...requests,
  ...jobservice,
  ...notary,
};
export type MetricName = keyof typeof metricTable;

export function describeMetric(name: MetricName): MetricDescription {
  return metricTable[name];
}
