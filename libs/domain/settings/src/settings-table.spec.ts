import { settingSeeds } from '@breakwater/platform';
import { systemSettings, systemSettingsTable } from './system-settings';
import { entryOf, isSecret, settingNames, type SettingName } from './table';

/** management-platform.md section 7.10, transcribed: name, type, default, variable. */
const reference = `
  auth_mode | AuthMode | db_auth | AUTH_MODE
  primary_auth_mode | Bool | false | PRIMARY_AUTH_MODE
  ldap_base_dn | NonEmptyString |  | LDAP_BASE_DN
  ldap_filter | String |  | LDAP_FILTER
  ldap_group_base_dn | String |  | LDAP_GROUP_BASE_DN
  ldap_group_admin_dn | String |  | LDAP_GROUP_ADMIN_DN
  ldap_group_attribute_name | String |  | LDAP_GROUP_GID
  ldap_group_search_filter | String |  | LDAP_GROUP_FILTER
  ldap_group_search_scope | LdapScope | 2 | LDAP_GROUP_SCOPE
  ldap_scope | LdapScope | 2 | LDAP_SCOPE
  ldap_search_dn | String |  | LDAP_SEARCH_DN
  ldap_search_password | Password |  | LDAP_SEARCH_PWD
  ldap_timeout | Int | 5 | LDAP_TIMEOUT
  ldap_uid | NonEmptyString | cn | LDAP_UID
  ldap_url | NonEmptyString |  | LDAP_URL
  ldap_verify_cert | Bool | true | LDAP_VERIFY_CERT
  ldap_group_membership_attribute | String | memberof | LDAP_GROUP_MEMBERSHIP_ATTRIBUTE
  ldap_group_attach_parallel | Bool | false | LDAP_GROUP_ATTACH_PARALLEL
  scan_all_policy | Map |  |
  project_creation_restriction | ProjectCreationRestriction | everyone | PROJECT_CREATION_RESTRICTION
  read_only | Bool | false | READ_ONLY
  self_registration | Bool | false | SELF_REGISTRATION
  token_expiration | Int | 30 | TOKEN_EXPIRATION
  uaa_client_id | String |  | UAA_CLIENTID
  uaa_client_secret | String |  | UAA_CLIENTSECRET
  uaa_endpoint | String |  | UAA_ENDPOINT
  uaa_verify_cert | Bool | false | UAA_VERIFY_CERT
  http_authproxy_endpoint | String |  |
  http_authproxy_tokenreview_endpoint | String |  |
  http_authproxy_admin_groups | String |  |
  http_authproxy_admin_usernames | String |  |
  http_authproxy_verify_cert | Bool | true |
  http_authproxy_skip_search | Bool | false |
  http_authproxy_server_certificate | String |  |
  oidc_name | String |  |
  oidc_endpoint | String |  |
  oidc_client_id | String |  |
  oidc_client_secret | Password |  |
  oidc_groups_claim | String |  |
  oidc_admin_group | String |  |
  oidc_group_filter | String |  |
  oidc_scope | String |  |
  oidc_user_claim | String |  |
  oidc_verify_cert | Bool | true |
  oidc_auto_onboard | Bool | false |
  oidc_extra_redirect_parms | StringToStringMap | {} |
  oidc_logout | Bool | false |
  robot_token_duration | Int | 30 | ROBOT_TOKEN_DURATION
  robot_name_prefix | NonEmptyString | robot$ | ROBOT_NAME_PREFIX
  notification_enable | Bool | true | NOTIFICATION_ENABLE
  quota_per_project_enable | Bool | true | QUOTA_PER_PROJECT_ENABLE
  storage_per_project | Quota | -1 | STORAGE_PER_PROJECT
  pull_time_update_disable | Bool | false | PULL_TIME_UPDATE_DISABLE
  pull_count_update_disable | Bool | false | PULL_COUNT_UPDATE_DISABLE
  pull_audit_log_disable | Bool | false | PULL_AUDIT_LOG_DISABLE
  audit_log_forward_endpoint | String |  | AUDIT_LOG_FORWARD_ENDPOINT
  skip_audit_log_database | Bool | false | SKIP_LOG_AUDIT_DATABASE
  scanner_skip_update_pulltime | Bool | false | SCANNER_SKIP_UPDATE_PULL_TIME
  disabled_audit_log_event_types | String |  | AUDIT_LOG_EVENTS_DISABLED
  session_timeout | Int64 | 60 | SESSION_TIMEOUT
  banner_message | String |  | BANNER_MESSAGE
`;

/** And what only the environment gives: name, type, variable. */
const systemReference = `
  admin_initial_password Password HARBOR_ADMIN_PASSWORD
  trivy_adapter_url String TRIVY_ADAPTER_URL
  core_url String CORE_URL
  core_local_url String CORE_LOCAL_URL
  database_type String DATABASE_TYPE
  ext_endpoint String EXT_ENDPOINT
  jobservice_url String JOBSERVICE_URL
  max_job_workers Int MAX_JOB_WORKERS
  postgresql_database String POSTGRESQL_DATABASE
  postgresql_host String POSTGRESQL_HOST
  postgresql_password Password POSTGRESQL_PASSWORD
  postgresql_port Port POSTGRESQL_PORT
  postgresql_sslmode String POSTGRESQL_SSLMODE
  postgresql_username String POSTGRESQL_USERNAME
  postgresql_max_idle_conns Int POSTGRESQL_MAX_IDLE_CONNS
  postgresql_max_open_conns Int POSTGRESQL_MAX_OPEN_CONNS
  postgresql_conn_max_lifetime Duration POSTGRESQL_CONN_MAX_LIFETIME
  postgresql_conn_max_idle_time Duration POSTGRESQL_CONN_MAX_IDLE_TIME
  registry_storage_provider_name String REGISTRY_STORAGE_PROVIDER_NAME
  registry_url String REGISTRY_URL
  registry_controller_url String REGISTRY_CONTROLLER_URL
  token_service_url String TOKEN_SERVICE_URL
  with_trivy Bool WITH_TRIVY
  robot_scanner_name_prefix String ROBOT_SCANNER_NAME_PREFIX
  metric_enable Bool METRIC_ENABLE
  metric_port Port METRIC_PORT
  metric_path String METRIC_PATH
  trace_enabled Bool TRACE_ENABLED
  trace_service_name String TRACE_SERVICE_NAME
  trace_namespace String TRACE_NAMESPACE
  trace_sample_rate Float64 TRACE_SAMPLE_RATE
  trace_attribute StringToStringMap TRACE_ATTRIBUTES
  trace_jaeger_endpoint String TRACE_JAEGER_ENDPOINT
  trace_jaeger_username String TRACE_JAEGER_USERNAME
  trace_jaeger_password Password TRACE_JAEGER_PASSWORD
  trace_jaeger_agent_host String TRACE_JAEGER_AGENT_HOSTNAME
  trace_jaeger_agent_port String TRACE_JAEGER_AGENT_PORT
  trace_otel_endpoint String TRACE_OTEL_ENDPOINT
  trace_otel_url_path String TRACE_OTEL_URL_PATH
  trace_otel_compression Bool TRACE_OTEL_COMPRESSION
  trace_otel_insecure Bool TRACE_OTEL_INSECURE
  trace_otel_timeout Int TRACE_OTEL_TIMEOUT
  cache_enabled Bool CACHE_ENABLED
  cache_expire_hours Int CACHE_EXPIRE_HOURS
  gdpr_delete_user Bool GDPR_DELETE_USER
  gdpr_audit_logs Bool GDPR_AUDIT_LOGS
  execution_status_refresh_interval_seconds Int64 EXECUTION_STATUS_REFRESH_INTERVAL_SECONDS
  quota_update_provider String QUOTA_UPDATE_PROVIDER
  beego_max_memory_bytes Int64 BEEGO_MAX_MEMORY_BYTES
  beego_max_upload_size_bytes Int64 BEEGO_MAX_UPLOAD_SIZE_BYTES
  REPLICATION_ADAPTER_WHITELIST String REPLICATION_ADAPTER_WHITELIST
`;

const linesOf = (text: string): string[] => text.split('\n').flatMap((line) => line.trim() || []);
const written = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value);
  return JSON.stringify(value);
};

describe('the table of settings', () => {
  it.each(linesOf(reference))('has %s', (line) => {
    const [name = '', type, standard = '', seed = ''] = line.split('|').map((cell) => cell.trim());
    const entry = entryOf(name as SettingName);
    expect(entry).toMatchObject({ type });
    expect(entry.seed ?? '').toBe(seed);
    expect(name === 'scan_all_policy' ? entry.standard : written(entry.standard)).toEqual(
      name === 'scan_all_policy' ? {} : standard,
    );
  });

  it('has nothing else but what is said to be an addition', () => {
    const known = linesOf(reference).map((line) => line.split(' ')[0]);
    expect(known).toHaveLength(61);
    const others = settingNames.filter((name) => !known.includes(name));
    expect(others).toEqual(['artifact_restore_window_days', 'trust_data_retention_days']);
    expect(settingNames.filter((name) => entryOf(name).addition)).toEqual(others);
  });

  it('takes its own defaults, but for those that must be filled in', () => {
    const untaken = settingNames.filter((name) => !entryOf(name).schema.safeParse(entryOf(name).standard).success);
    expect(untaken.sort()).toEqual(['ldap_base_dn', 'ldap_url']);
    for (const name of untaken) expect(entryOf(name).type).toBe('NonEmptyString');
  });

  it('uses every seed once', () => {
    const used = settingNames.flatMap((name) => entryOf(name).seed ?? []);
    expect(used.sort()).toEqual([...settingSeeds].sort());
  });

  it('keeps what other systems would let somebody in for as secrets', () => {
    expect(settingNames.filter(isSecret).sort()).toEqual([
      'ldap_search_password',
      'oidc_client_secret',
      'uaa_client_secret',
    ]);
  });
});

describe('the table of what the environment gives', () => {
  const facts = {
    HOST: '127.0.0.1',
    PORT: 8081,
    DATABASE_URL: 'postgres://bw%40x:s3cret@db.example.com:6432/break%2Dwater?sslmode=require',
    DATABASE_POOL_SIZE: 12,
    EXTERNAL_URL: 'https://registry.example.com',
    REGISTRY_URL: 'http://registry:8080',
    REGISTRYCTL_URL: 'http://registryctl:8080',
    JOBSERVICE_URL: 'http://jobservice:8080',
    METRICS_PORT: 9100,
    OTEL_EXPORTER_OTLP_ENDPOINT: undefined,
  };

  it('is that of the reference', () => {
    const ours = Object.entries(systemSettingsTable).map(([name, { type, env }]) => `${name} ${type} ${env}`);
    expect(ours.sort()).toEqual(linesOf(systemReference).sort());
    expect(ours).toHaveLength(51);
  });

  it('says what the platform has under these names, and no password', () => {
    const shown = systemSettings(facts);
    expect(shown).toMatchObject({
      postgresql_host: 'db.example.com',
      postgresql_port: 6432,
      postgresql_username: 'bw@x',
      postgresql_database: 'break-water',
      postgresql_sslmode: 'require',
      postgresql_max_open_conns: 12,
      ext_endpoint: 'https://registry.example.com',
      token_service_url: 'https://registry.example.com/service/token',
      core_local_url: 'http://127.0.0.1:8081',
      metric_enable: true,
      metric_port: 9100,
      trace_enabled: false,
      with_trivy: false,
    });
    expect(Object.keys(shown).filter((name) => name.includes('password'))).toEqual([]);
    expect(JSON.stringify(shown)).not.toContain('s3cret');
  });

  it('falls back on defaults', () => {
    const { EXTERNAL_URL: _url, METRICS_PORT: _port, ...less } = facts;
    const shown = systemSettings({
      ...less,
      EXTERNAL_URL: undefined,
      METRICS_PORT: undefined,
      DATABASE_URL: 'postgres://localhost/x',
    });
    expect(shown).toMatchObject({
      ext_endpoint: 'https://host01.com',
      metric_enable: false,
      metric_port: 9090,
      postgresql_port: 5432,
      postgresql_sslmode: 'disable',
    });
  });
});
