import { metricNamesOf, MetricsServer } from '@breakwater/platform';
import { scrape, type Scrape } from '@breakwater/testing';
import { startTestCore, type TestCore } from '../testing/test-core';

let core: TestCore;

beforeAll(async () => {
  core = await startTestCore({ METRICS_PORT: '0' });
  await core.createProject('open', true);
  await core.createProject('closed');
  const sql = (text: string) => core.database.query(text);
  await sql(`UPDATE quota SET used = 500, hard = 1000 WHERE project_id = (SELECT id FROM project WHERE name = 'open')`);
  await sql(`INSERT INTO repository (project_id, name, pull_count, first_push_time)
             SELECT id, 'open/app', 7, now() FROM project WHERE name = 'open'`);
  await sql(`INSERT INTO manifest (digest, payload, size) VALUES ('sha256:00', '{}', 2)`);
  await sql(`INSERT INTO artifact (project_id, repository_id, digest, type, media_type, manifest_media_type, size, manifest_size)
             SELECT project_id, id, 'sha256:00', 'IMAGE', 'm', 'm', 1, 1 FROM repository`);
});
afterAll(() => core.close());

const read = (): Promise<Scrape> => scrape(core.app.get(MetricsServer, { strict: false }).port!);

it('answers exactly the metrics of the table, and not on the public port', async () => {
  expect((await read()).names).toEqual(metricNamesOf('core'));
  expect((await core.request('GET', '//metrics')).status).toBe(404);
});

it('tells of projects what Harbor’s exporter does', async () => {
  const now = await read();
  const open = { project_name: 'open' };
  expect(now.value('harbor_project_quota_usage_byte', open)).toBe(500);
  expect(now.value('harbor_project_quota_byte', open)).toBe(1000);
  expect(now.value('harbor_project_repo_total', { ...open, public: 'true' })).toBe(1);
  expect(now.value('harbor_artifact_pulled', open)).toBe(7);
  expect(now.value('harbor_project_member_total', open)).toBe(1);
  const image = { ...open, public: 'true', artifact_type: 'IMAGE' };
  expect(now.value('harbor_project_artifact_total', image)).toBe(1);
});

it('adds projects up', async () => {
  const now = await read();
  const total = now.value('harbor_statistics_total_project_amount');
  expect(now.value('harbor_project_total')).toBe(total);
  expect(now.value('harbor_project_total', { public: 'false' })).toBe(
    now.value('harbor_statistics_private_project_amount'),
  );
  expect(now.value('harbor_statistics_public_repo_amount')).toBe(1);
  expect(now.value('harbor_statistics_total_storage_consumption')).toBe(500);
});

it('tells which components are well', async () => {
  const now = await read();
  expect(now.value('harbor_up', { component: 'database' })).toBe(1);
  // Nobody is at the addresses that the test gives core.
  expect(now.value('harbor_up', { component: 'registry' })).toBe(0);
  expect(now.value('harbor_health')).toBe(0);
  expect(now.value('harbor_system_info', { auth_mode: 'db_auth', self_registration: 'false' })).toBe(1);
});

it('counts requests by operation', async () => {
  await core.request('GET', '/projects', { as: 'admin' });
  await core.request('GET', '/projects/open', { as: 'admin' });
  await core.request('GET', '//service/token?service=harbor-registry');
  await core.request('GET', '/no/such/route/at-all');
  await core.request('GET', '//healthz');
  const now = await read();
  const total = 'harbor_core_http_request_total';
  expect(now.value(total, { operation: 'listProjects', method: 'GET', code: '200' })).toBe(1);
  expect(now.value(total, { operation: 'getProject' })).toBe(1);
  expect(now.value(total, { operation: '/service/token', code: '401' })).toBe(1);
  expect(now.value(total, { operation: 'unknown', code: '404' })).toBeGreaterThan(0);
  expect(now.value('harbor_core_http_request_duration_seconds_count', { operation: 'listProjects' })).toBe(1);
  expect(now.text).not.toContain('at-all');
  expect(now.value('harbor_core_http_inflight_requests')).toBe(0);
});
