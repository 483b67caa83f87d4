import { Api } from './support/api';
import { openProject, type ProjectFixture, unique } from './support/fixtures';
import { expectStatus, send } from './support/http';
import { itCovers } from './support/operations';

jest.setTimeout(60_000);

interface Shown {
  value: unknown;
  editable: boolean;
}

describe('the settings', () => {
  let fixture: ProjectFixture;
  let api: Api;
  let stranger: Api;
  let anonymous: Api;

  beforeAll(async () => {
    fixture = await openProject('configured');
    ({ api } = fixture);
    stranger = new Api(fixture.platform, fixture.stranger);
    anonymous = new Api(fixture.platform);
  });

  const path = '/configurations';
  const put = (body: object) => api.call('PUT', path, body);
  const shown = () => api.get<Record<string, Shown>>(path);

  itCovers(['getConfigurations', 'updateConfigurations', 'getSystemInfo'], 'are changed and take effect', async () => {
    const before = await shown();
    expect(before.auth_mode).toEqual({ value: 'db_auth', editable: false });
    expect(before.robot_token_duration).toEqual({ value: 30, editable: true });
    expect(Object.keys(before).filter((name) => /password|secret/.test(name))).toEqual([]);

    const message = JSON.stringify({ message: unique('maintenance'), type: 'info', closable: true });
    expectStatus(await put({ banner_message: message, robot_token_duration: 77, nonsense: 1 }), 200);
    expect((await shown()).banner_message).toEqual({ value: message, editable: true });
    expect((await anonymous.get<{ banner_message: string }>('/systeminfo')).banner_message).toBe(message);
    const access = [{ resource: 'repository', action: 'pull' }];
    const permissions = [{ kind: 'project', namespace: fixture.project, access }];
    const robot = { name: unique('robot'), level: 'project', permissions };
    const made = await api.get<{ duration: number }>(await api.create('/robots', robot));
    expect(made.duration).toBe(77);

    const refused = expectStatus(await put({ banner_message: 'lost', token_expiration: 0 }), 400);
    expect(refused.json<{ errors: { message: string }[] }>().errors[0]?.message).toContain(
      'token_expiration: 0 is not a whole number from 1 to 99999999',
    );
    expect((await shown()).banner_message?.value).toBe(message);
    expectStatus(await put({ banner_message: '', robot_token_duration: 30 }), 200);
  });

  itCovers(['updateConfigurations'], 'take secrets and never show them', async () => {
    expectStatus(await put({ ldap_search_password: 'hunter2-of-e2e' }), 200);
    expect(JSON.stringify(await shown())).not.toContain('hunter2');
    expectStatus(await put({ ldap_search_password: '' }), 200);
  });

  it('are for administrators, and the internal ones for nobody outside', async () => {
    expectStatus(await stranger.call('GET', path), 403);
    expectStatus(await anonymous.call('GET', path), 401);
    expectStatus(await stranger.call('PUT', path, { self_registration: true }), 403);
    expectStatus(await api.call('GET', '/internalconfig'), 403);
    expectStatus(await anonymous.call('GET', '/internalconfig'), 401);
  });

  itCovers(['getSystemInfo', 'getVolumes'], 'and the system tells each what they may know', async () => {
    const open = await anonymous.get<object>('/systeminfo');
    expect(Object.keys(open).sort()).toEqual(['auth_mode', 'banner_message', 'primary_auth_mode', 'self_registration']);
    const info = await stranger.get<{ harbor_version: string }>('/systeminfo');
    expect(info).toMatchObject({ read_only: false, has_ca_root: true, registry_storage_provider_name: 'filesystem' });
    expect(info.harbor_version).toMatch(/^v2\./);
    const { storage } = await api.get<{ storage: { total: number; free: number }[] }>('/systeminfo/volumes');
    expect(storage).toHaveLength(1);
    expect(storage[0]!.total).toBeGreaterThan(storage[0]!.free);
    expectStatus(await stranger.call('GET', '/systeminfo/volumes'), 403);
  });

  itCovers(['getCert', 'getPing', 'getHealth'], 'nor does anyone need an account for these', async () => {
    const certificate = expectStatus(await anonymous.call('GET', '/systeminfo/getcert'), 200);
    expect(certificate.text).toContain('-----BEGIN CERTIFICATE-----');
    // What it certifies is this platform.
    const { httpsPort } = fixture.platform;
    expectStatus(await send(`https://localhost:${httpsPort}/api/v2.0/ping`, { ca: certificate.text }), 200);
    expect(expectStatus(await anonymous.call('GET', '/ping'), 200).text).toBe('Pong');
    const health = await anonymous.get<{ status: string; components: { name: string; status: string }[] }>('/health');
    expect(health.status).toBe('healthy');
    expect(health.components.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['core', 'database', 'jobservice', 'notary', 'redis', 'registry', 'registryctl']),
    );
  });

  itCovers(
    ['getSystemCVEAllowlist', 'putSystemCVEAllowlist'],
    'have a list of vulnerabilities beside them',
    async () => {
      const list = '/system/CVEAllowlist';
      const items = [{ cve_id: 'CVE-2024-3094' }, { cve_id: 'CVE-2021-44228' }];
      expectStatus(await api.call('PUT', list, { items, expires_at: 1_999_999_999 }), 200);
      expect(await stranger.get(list)).toMatchObject({ project_id: 0, items, expires_at: 1_999_999_999 });
      expectStatus(await stranger.call('PUT', list, { items: [] }), 403);
      expectStatus(await anonymous.call('GET', list), 401);
      expectStatus(await api.call('PUT', list, { items: [] }), 200);
      expect(await stranger.get(list)).toMatchObject({ items: [] });
    },
  );
});
