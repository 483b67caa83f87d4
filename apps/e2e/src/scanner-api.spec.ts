import { TestScannerAdapter, testScannerMetadata } from '@breakwater/testing';
import { Api, Role } from './support/api';
import { openProject, unique, type ProjectFixture } from './support/fixtures';
import { expectStatus } from './support/http';
import { itCovers } from './support/operations';

jest.setTimeout(60_000);

interface Scanner {
  uuid: string;
  name: string;
  is_default: boolean;
  health?: string;
}

let fixture: ProjectFixture;
let api: Api;
let stranger: Api;
let anyone: Api;
const adapter = new TestScannerAdapter();
const registered: string[] = [];

beforeAll(async () => {
  await adapter.start();
  fixture = await openProject('scanned');
  ({ api } = fixture);
  stranger = new Api(fixture.platform, fixture.stranger);
  anyone = new Api(fixture.platform);
});
afterAll(async () => {
  for (const there of registered) await api.call('DELETE', there);
  await adapter.stop();
});

const about = (name: string, changed: object = {}) => ({ name, url: adapter.url(`/${name}`), ...changed });
async function register(name: string, changed: object = {}): Promise<string> {
  const there = await api.create('/scanners', about(name, changed));
  registered.push(there);
  return there;
}
const uuidOf = (there: string) => there.split('/').at(-1);

describe('scanners', () => {
  itCovers(
    ['pingScanner', 'createScanner', 'listScanners', 'getScanner', 'updateScanner', 'deleteScanner'],
    'are tried, registered, found, changed and deleted',
    async () => {
      const name = unique('looker');
      const secret = { auth: 'Bearer', access_credential: 'the-token-of-the-scanner' };
      expectStatus(await api.call('POST', '/scanners/ping', about(name, secret)), 200);
      expect(adapter.asked.at(-1)!.headers.authorization).toBe('Bearer the-token-of-the-scanner');
      const there = await register(name, secret);
      const shown = expectStatus(await api.call('GET', there), 200);
      expect(shown.json()).toMatchObject({ name, health: 'healthy', adapter: 'Looker', access_credential: '' });
      expect(shown.text).not.toContain('the-token');
      expect(await api.get<Scanner[]>(`/scanners?q=name%3D${name}`)).toMatchObject([{ name, auth: 'Bearer' }]);

      expectStatus(await api.call('POST', '/scanners', about(name)), 409);
      const changed = about(name, { auth: 'Bearer', description: 'looks at images' });
      expectStatus(await api.call('PUT', there, changed), 200);
      expect(await api.get(there)).toMatchObject({ description: 'looks at images', health: 'healthy' });
      expect(adapter.asked.at(-1)!.headers.authorization).toBe('Bearer the-token-of-the-scanner');

      expectStatus(await stranger.call('GET', '/scanners'), 403);
      expectStatus(await stranger.call('POST', '/scanners/ping', about(name)), 403);
      expectStatus(await anyone.call('POST', '/scanners', about(name)), 401);
      expectStatus(await stranger.call('PUT', there, changed), 403);
      expectStatus(await stranger.call('DELETE', there), 403);
      expect(expectStatus(await api.call('DELETE', there), 200).json()).toMatchObject({ name });
      expectStatus(await api.call('GET', there), 404);
    },
  );

  itCovers(['getScannerMetadata'], 'show what their adapter says of itself', async () => {
    const there = await register(unique('looker'));
    expect(await api.get(`${there}/metadata`)).toMatchObject({
      scanner: testScannerMetadata.scanner,
      properties: testScannerMetadata.properties,
    });
    expectStatus(await stranger.call('GET', `${there}/metadata`), 403);
    expectStatus(await api.call('GET', `/scanners/${unique('none')}/metadata`), 404);
  });

  it('are refused where the network is closed, and when they do not answer as scanners', async () => {
    const internal = expectStatus(await api.call('POST', '/scanners', about('x', { url: 'http://10.0.0.1' })), 400);
    expect(internal.text).toContain('SCANNER_ALLOWED_NETWORKS');
    const notOne = { name: 'x', url: adapter.url().replace('http:', 'https:') };
    expectStatus(await api.call('POST', '/scanners', notOne), 400);
  });
});

describe('the scanner of a project', () => {
  itCovers(
    ['setScannerAsDefault', 'getScannerOfProject', 'setScannerOfProject', 'listScannerCandidatesOfProject'],
    'is the default until it chooses another',
    async () => {
      const { project, platform } = fixture;
      const there = `/projects/${project}/scanner`;
      const first = await register(unique('first'));
      const second = await register(unique('second'));
      expectStatus(await api.call('PATCH', first, { is_default: true }), 200);
      const owner = new Api(platform, await api.createMember(project, unique('owner'), Role.projectAdmin));
      const developer = new Api(platform, fixture.developer);
      expect(await developer.get(there)).toMatchObject({ uuid: uuidOf(first), health: 'healthy' });

      const candidates = await owner.get<Scanner[]>(`${there}/candidates?page_size=100`);
      expect(candidates.map(({ uuid }) => uuid)).toEqual(expect.arrayContaining([first, second].map(uuidOf)));
      expect(candidates[0]).toMatchObject({ is_default: true });
      expectStatus(await owner.call('PUT', there, { uuid: uuidOf(second) }), 200);
      expect(await developer.get(there)).toMatchObject({ uuid: uuidOf(second) });
      expectStatus(await api.call('DELETE', second), 200);
      expect(await developer.get(there)).toMatchObject({ uuid: uuidOf(first) });

      expectStatus(await owner.call('PUT', there, { uuid: uuidOf(second) }), 404);
      expectStatus(await developer.call('PUT', there, { uuid: uuidOf(first) }), 403);
      expectStatus(await developer.call('GET', `${there}/candidates`), 403);
      expectStatus(await stranger.call('GET', there), 403);
      expectStatus(await owner.call('PATCH', first, { is_default: true }), 403);
    },
  );
});
