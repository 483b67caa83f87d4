import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SettingsService } from '@breakwater/settings';
import { insertArtifact } from '../testing/artifact-fixture';
import { startTestCore, type TestCore } from '../testing/test-core';

const folder = mkdtempSync(join(tmpdir(), 'core-system-'));
const caFile = join(folder, 'ca.crt');
/** Whatever answers is alive; of storage this tells. */
const storage = { driver: 's3', capacity: null as { total: number; free: number } | null };
const jobservice = createServer(({ url }, response) =>
  response.end(url === '/storage' ? JSON.stringify(storage) : '{}'),
);
let core: TestCore;

beforeAll(async () => {
  writeFileSync(caFile, 'PEM');
  await new Promise<void>((resolve) => jobservice.listen(0, '127.0.0.1', resolve));
  core = await startTestCore({
    CA_CERT_FILE: caFile,
    JOBSERVICE_URL: `http://127.0.0.1:${(jobservice.address() as AddressInfo).port}`,
    REGISTRYCTL_URL: `http://127.0.0.1:${(jobservice.address() as AddressInfo).port}`,
  });
  await core.createUser('grace');
  await core.createProject('counted');
  await insertArtifact(core.database, { repository: 'counted/app', content: 'counted' });
});
afterAll(async () => {
  await core.close();
  jobservice.close();
  rmSync(folder, { recursive: true });
});

describe('what anyone may ask', () => {
  it('ping answers Pong in plain text', async () => {
    const { status, headers, body } = await core.request('GET', '/ping');
    expect([status, headers['content-type'], body]).toEqual([200, 'text/plain; charset=utf-8', 'Pong']);
    expect(headers['x-request-id']).toBeTruthy();
  });

  it('the version is v2.0', async () => {
    expect((await core.request('GET', '//api/version')).body).toEqual({ version: 'v2.0' });
  });

  it('health is 200 and names what is not well', async () => {
    const { status, body } = await core.request('GET', '/health');
    expect(status).toBe(200);
    expect(body.status).toBe('unhealthy');
    const { registry, ...others } = Object.fromEntries(
      body.components.map((component: { name: string }) => [component.name, component]),
    );
    expect(registry).toEqual({
      name: 'registry',
      status: 'unhealthy',
      error: expect.not.stringContaining('127.0.0.1'),
    });
    expect(Object.keys(others).sort()).toEqual(['core', 'database', 'jobservice', 'redis', 'registryctl']);
    expect(Object.values(others)).toEqual(Array(5).fill(expect.objectContaining({ status: 'healthy' })));
  });

  it('the CA certificate is a download', async () => {
    const { status, headers, body } = await core.request('GET', '/systeminfo/getcert');
    expect([status, body]).toEqual([200, 'PEM']);
    expect(headers['content-disposition']).toBe('attachment; filename=ca.crt');
    expect(headers['content-type']).toBe('application/octet-stream');
  });

  it('the OpenAPI document is served', async () => {
    const { status, body } = await core.request('GET', '/openapi.json');
    expect(status).toBe(200);
    expect(body.servers).toEqual([{ url: '/api/v2.0' }]);
    expect(body.paths['/projects'].get.operationId).toBe('listProjects');
    expect(body.components.schemas.Artifact.properties.tags.items).toEqual({ $ref: '#/components/schemas/Tag' });
  });
});

describe('system information', () => {
  it('tells anonymous callers what the login page needs', async () => {
    expect((await core.request('GET', '/systeminfo')).body).toEqual({
      auth_mode: 'db_auth',
      primary_auth_mode: false,
      self_registration: false,
      banner_message: '',
    });
  });

  it('tells users more', async () => {
    const { body } = await core.request('GET', '/systeminfo', { as: 'grace' });
    expect(body).toMatchObject({
      registry_url: 'registry.example.com',
      external_url: 'http://registry.example.com',
      has_ca_root: true,
      project_creation_restriction: 'everyone',
      read_only: false,
      notification_enable: true,
      registry_storage_provider_name: 's3',
    });
    expect(body.harbor_version).toMatch(/^v2\.16\.0-breakwater\.\d+\.\d+\.\d+/);
    expect(body.current_time).toMatch(/\.\d{3}Z$/);
  });

  it('names the provider on the login page, and a proxy only to who is known', async () => {
    const settings = core.app.get(SettingsService, { strict: false });
    await core.database.query(`UPDATE user_account SET deleted = true WHERE username = 'grace'`);
    await settings.update({ auth_mode: 'oidc_auth', oidc_name: 'Example', primary_auth_mode: true });
    expect((await core.request('GET', '/systeminfo')).body).toMatchObject({
      auth_mode: 'oidc_auth',
      primary_auth_mode: true,
      oidc_provider_name: 'Example',
    });
    await settings.update({ auth_mode: 'http_auth', http_authproxy_endpoint: 'http://proxy.internal' });
    expect((await core.request('GET', '/systeminfo')).body).not.toHaveProperty('authproxy_settings');
    expect((await core.request('GET', '/systeminfo', { as: 'admin' })).body.authproxy_settings).toEqual({
      endpoint: 'http://proxy.internal',
      tokenreivew_endpoint: '',
      skip_search: false,
      verify_cert: true,
      server_certificate: '',
    });
    await settings.update({ auth_mode: 'db_auth', primary_auth_mode: false });
    await core.database.query(`UPDATE user_account SET deleted = false WHERE username = 'grace'`);
  });

  it('tells administrators how large the storage is', async () => {
    const volumes = (as?: string) => core.request('GET', '/systeminfo/volumes', { as });
    expect((await volumes()).status).toBe(401);
    expect((await volumes('grace')).status).toBe(403);
    expect(await volumes('admin')).toMatchObject({ status: 200, body: { storage: [{ total: 0, free: 0 }] } });
  });

  it('has no certificate when the platform has none', async () => {
    rmSync(caFile);
    expect((await core.request('GET', '/systeminfo/getcert')).status).toBe(404);
    expect((await core.request('GET', '/systeminfo', { as: 'grace' })).body.has_ca_root).toBe(false);
  });
});

describe('statistics', () => {
  it('counts all for administrators and what they have a part in for others', async () => {
    await core.database.query(
      `UPDATE quota SET used = 7 WHERE project_id = (SELECT id FROM project WHERE name = 'counted')`,
    );
    expect((await core.request('GET', '/statistics')).status).toBe(401);
    expect((await core.request('GET', '/statistics', { as: 'grace' })).body).toEqual({
      private_project_count: 0,
      private_repo_count: 0,
      public_project_count: 1,
      public_repo_count: 0,
      total_project_count: 0,
      total_repo_count: 0,
      total_storage_consumption: 0,
    });
    expect((await core.request('GET', '/statistics', { as: 'admin' })).body).toEqual({
      private_project_count: 1,
      private_repo_count: 1,
      public_project_count: 1,
      public_repo_count: 0,
      total_project_count: 2,
      total_repo_count: 1,
      total_storage_consumption: 7,
    });
  });
});
