import type { CoreConfig } from '@breakwater/platform';

/** What core knows of the installation. */
export type SystemFacts = Pick<
  CoreConfig,
  | 'HOST'
  | 'PORT'
  | 'METRICS_PORT'
  | 'OTEL_EXPORTER_OTLP_ENDPOINT'
  | 'DATABASE_URL'
  | 'DATABASE_POOL_SIZE'
  | 'EXTERNAL_URL'
  | 'REGISTRY_URL'
  | 'REGISTRYCTL_URL'
  | 'JOBSERVICE_URL'
>;

type SystemType =
  'Bool' | 'Duration' | 'Float64' | 'Int' | 'Int64' | 'Password' | 'Port' | 'String' | 'StringToStringMap';

export interface SystemEntry {
  readonly type: SystemType;
  /** Harbor's variable. */
  readonly env: string;
  /** Harbor's default. */
  readonly standard: unknown;
  /** What it is here, where the platform has such a thing. */
  readonly here?: (facts: SystemFacts) => unknown;
  /** Which of our variables, for people. */
  readonly variable?: string;
}

const entry = (
  type: SystemType,
  env: string,
  standard: unknown,
  own: Pick<SystemEntry, 'here' | 'variable'> = {},
): SystemEntry => ({ type, env, standard, ...own });

const database = (part: (url: URL) => unknown): Pick<SystemEntry, 'here' | 'variable'> => ({
  here: ({ DATABASE_URL: url }) => part(new URL(url)),
  variable: 'DATABASE_URL',
});
/** An end of a URL, decoded. */
const decoded = (text: string): string => decodeURIComponent(text.replace(/^\//, ''));
const collector = {
  here: ({ OTEL_EXPORTER_OTLP_ENDPOINT: url }: SystemFacts) => url ?? '',
  variable: 'OTEL_EXPORTER_OTLP_ENDPOINT',
};
const publicAddress = (path: string): Pick<SystemEntry, 'here' | 'variable'> => ({
  here: ({ EXTERNAL_URL: url }) => (url === undefined ? undefined : `${url}${path}`),
  variable: 'EXTERNAL_URL',
});
const tebi = 1024 ** 4;
const none = '';

/**
 * Configuration that only the environment gives (management-platform.md section 7.10). `/internalconfig` shows it under
 * Harbor's names; docs/operations/configuration.md has what the platform itself reads.
 */
// prettier-ignore
export const systemSettingsTable: Readonly<Record<string, SystemEntry>> = {
  admin_initial_password: entry('Password', 'HARBOR_ADMIN_PASSWORD', none, { variable: 'HARBOR_ADMIN_PASSWORD' }),
  trivy_adapter_url: entry('String', 'TRIVY_ADAPTER_URL', 'http://trivy-adapter:8080'),
  core_url: entry('String', 'CORE_URL', 'http://core:8080', { here: ({ HOST, PORT }) => `http://${HOST}:${PORT}`, variable: 'HOST, PORT' }),
  core_local_url: entry('String', 'CORE_LOCAL_URL', 'http://127.0.0.1:8080', { here: ({ PORT }) => `http://127.0.0.1:${PORT}`, variable: 'PORT' }),
  database_type: entry('String', 'DATABASE_TYPE', 'postgresql'),
  ext_endpoint: entry('String', 'EXT_ENDPOINT', 'https://host01.com', publicAddress('')),
  jobservice_url: entry('String', 'JOBSERVICE_URL', 'http://jobservice:8080', { here: (facts) => facts.JOBSERVICE_URL, variable: 'JOBSERVICE_URL' }),
  max_job_workers: entry('Int', 'MAX_JOB_WORKERS', 10),
  postgresql_database: entry('String', 'POSTGRESQL_DATABASE', 'registry', database(({ pathname }) => decoded(pathname))),
  postgresql_host: entry('String', 'POSTGRESQL_HOST', 'postgresql', database(({ hostname }) => hostname)),
  postgresql_password: entry('Password', 'POSTGRESQL_PASSWORD', 'root123', { variable: 'DATABASE_URL' }),
  postgresql_port: entry('Port', 'POSTGRESQL_PORT', 5432, database(({ port }) => Number(port || 5432))),
  postgresql_sslmode: entry('String', 'POSTGRESQL_SSLMODE', 'disable', database(({ searchParams }) => searchParams.get('sslmode') ?? 'disable')),
  postgresql_username: entry('String', 'POSTGRESQL_USERNAME', 'postgres', database(({ username }) => decoded(username))),
  postgresql_max_idle_conns: entry('Int', 'POSTGRESQL_MAX_IDLE_CONNS', 2),
  postgresql_max_open_conns: entry('Int', 'POSTGRESQL_MAX_OPEN_CONNS', 0, { here: (facts) => facts.DATABASE_POOL_SIZE, variable: 'DATABASE_POOL_SIZE' }),
  postgresql_conn_max_lifetime: entry('Duration', 'POSTGRESQL_CONN_MAX_LIFETIME', '5m'),
  postgresql_conn_max_idle_time: entry('Duration', 'POSTGRESQL_CONN_MAX_IDLE_TIME', '0'),
  registry_storage_provider_name: entry('String', 'REGISTRY_STORAGE_PROVIDER_NAME', 'filesystem'),
  registry_url: entry('String', 'REGISTRY_URL', 'http://registry:5000', { here: (facts) => facts.REGISTRY_URL, variable: 'REGISTRY_URL' }),
  registry_controller_url: entry('String', 'REGISTRY_CONTROLLER_URL', 'http://registryctl:8080', { here: (facts) => facts.REGISTRYCTL_URL, variable: 'REGISTRYCTL_URL' }),
  token_service_url: entry('String', 'TOKEN_SERVICE_URL', 'http://core:8080/service/token', publicAddress('/service/token')),
  with_trivy: entry('Bool', 'WITH_TRIVY', false),
  robot_scanner_name_prefix: entry('String', 'ROBOT_SCANNER_NAME_PREFIX', 'scanner'),
  metric_enable: entry('Bool', 'METRIC_ENABLE', false, { here: ({ METRICS_PORT: port }) => port !== undefined, variable: 'METRICS_PORT' }),
  metric_port: entry('Port', 'METRIC_PORT', 9090, { here: (facts) => facts.METRICS_PORT, variable: 'METRICS_PORT' }),
  metric_path: entry('String', 'METRIC_PATH', '/metrics'),
  trace_enabled: entry('Bool', 'TRACE_ENABLED', false, { here: (facts) => collector.here(facts) !== '', variable: collector.variable }),
  trace_service_name: entry('String', 'TRACE_SERVICE_NAME', none),
  trace_namespace: entry('String', 'TRACE_NAMESPACE', none),
  trace_sample_rate: entry('Float64', 'TRACE_SAMPLE_RATE', 1),
  trace_attribute: entry('StringToStringMap', 'TRACE_ATTRIBUTES', {}),
  trace_jaeger_endpoint: entry('String', 'TRACE_JAEGER_ENDPOINT', none),
  trace_jaeger_username: entry('String', 'TRACE_JAEGER_USERNAME', none),
  trace_jaeger_password: entry('Password', 'TRACE_JAEGER_PASSWORD', none),
  trace_jaeger_agent_host: entry('String', 'TRACE_JAEGER_AGENT_HOSTNAME', none),
  trace_jaeger_agent_port: entry('String', 'TRACE_JAEGER_AGENT_PORT', '6831'),
  trace_otel_endpoint: entry('String', 'TRACE_OTEL_ENDPOINT', none, collector),
  trace_otel_url_path: entry('String', 'TRACE_OTEL_URL_PATH', none),
  trace_otel_compression: entry('Bool', 'TRACE_OTEL_COMPRESSION', false),
  trace_otel_insecure: entry('Bool', 'TRACE_OTEL_INSECURE', false),
  trace_otel_timeout: entry('Int', 'TRACE_OTEL_TIMEOUT', 0),
  cache_enabled: entry('Bool', 'CACHE_ENABLED', false),
  cache_expire_hours: entry('Int', 'CACHE_EXPIRE_HOURS', 24),
  gdpr_delete_user: entry('Bool', 'GDPR_DELETE_USER', false),
  gdpr_audit_logs: entry('Bool', 'GDPR_AUDIT_LOGS', false),
  execution_status_refresh_interval_seconds: entry('Int64', 'EXECUTION_STATUS_REFRESH_INTERVAL_SECONDS', 30),
  quota_update_provider: entry('String', 'QUOTA_UPDATE_PROVIDER', 'db'),
  beego_max_memory_bytes: entry('Int64', 'BEEGO_MAX_MEMORY_BYTES', tebi / 8),
  beego_max_upload_size_bytes: entry('Int64', 'BEEGO_MAX_UPLOAD_SIZE_BYTES', tebi / 8),
  REPLICATION_ADAPTER_WHITELIST: entry('String', 'REPLICATION_ADAPTER_WHITELIST', none),
};

/** Every value but passwords; Harbor's default where the platform has no such thing. */
export function systemSettings(facts: SystemFacts): Record<string, unknown> {
  const shown = Object.entries(systemSettingsTable).filter(([, { type }]) => type !== 'Password');
  return Object.fromEntries(shown.map(([name, { here, standard }]) => [name, here?.(facts) ?? standard]));
}
