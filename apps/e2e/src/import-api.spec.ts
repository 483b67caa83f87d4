import { Api } from './support/api';
import { openProject, type ProjectFixture, unique } from './support/fixtures';
import { expectStatus } from './support/http';
import { itCovers } from './support/operations';
import { until } from './support/ports';
import { RepositoryClient, sha256 } from './support/registry';
import { whilePaused } from './support/runs';
import { StorageFolder } from './support/storage-folder';

jest.setTimeout(60_000);

const path = '/system/import';

interface StorageImport {
  id: number;
  project: string;
  status: string;
  result: Record<string, unknown>;
  end_time: string | null;
}

/** import.spec.ts imports what the real docker-registry wrote; here the tree is our own. */
describe('the import of a storage', () => {
  let fixture: ProjectFixture;
  let api: Api;
  let storage: StorageFolder;

  beforeAll(async () => {
    fixture = await openProject('imported');
    ({ api } = fixture);
    storage = new StorageFolder(fixture.platform);
  });

  async function ended(there: string): Promise<StorageImport> {
    let shown: StorageImport | undefined;
    await until('the import', async () => (shown = await api.get<StorageImport>(there)).end_time !== null, 30_000);
    return shown!;
  }

  itCovers(
    ['startStorageImport', 'getStorageImport', 'listStorageImports', 'getStorageImportLog'],
    'takes images over, and names what is broken',
    async () => {
      const [project, home] = [unique('old'), unique('homeless')];
      const digest = storage.writeImage(`${project}/team/app`, 'v1');
      const alone = unique('alone');
      storage.writeImage(alone, 'v2');
      const nowhere = sha256(project);
      storage.writeLink(`${project}/team/app/_manifests/tags/gone/current`, nowhere);

      const started = expectStatus(await api.call('POST', path, { project: home }), 201);
      expect(started.headers.location).toMatch(/^\/api\/v2\.0\/system\/import\/\d+$/);
      expect(started.text).toBe('');
      const there = String(started.headers.location).replace('/api/v2.0', '');
      const run = await ended(there);
      expect(run).toMatchObject({ project: home, status: 'Success' });
      expect(run.result).toMatchObject({ projects: 2, repositories: 2, artifacts: 2, tags: 2 });
      expect(run.result.problems).toEqual({ 'tag.dangling': 1 });

      const listed = expectStatus(await api.call('GET', `${path}?page_size=1&sort=-id`), 200);
      expect(Number(listed.headers['x-total-count'])).toBeGreaterThanOrEqual(1);
      expect(listed.json<StorageImport[]>()).toEqual([run]);
      const log = expectStatus(await api.call('GET', `${there}/log`), 200);
      expect(log.headers['content-type']).toBe('text/plain; charset=utf-8');
      expect(log.text).toContain(`${project}/team/app`);
      const followed = expectStatus(await api.call('GET', `${there}/log`, undefined, 'text/event-stream'), 200);
      expect(followed.text.trimEnd()).toMatch(/event: end\ndata: \{"status":"Success"\}$/);

      const artifacts = await api.get<object[]>(
        `/projects/${project}/repositories/team%252Fapp/artifacts?with_tag=true`,
      );
      expect(artifacts).toMatchObject([{ digest, tags: [{ name: 'v1' }] }]);
      expect(await api.get(`/projects/${home}/repositories`)).toMatchObject([{ name: `${home}/${alone}` }]);
      const repository = await RepositoryClient.open(fixture.platform, `${project}/team/app`, fixture.platform.admin);
      const pulled = expectStatus(await repository.send('GET', 'manifests/v1'), 200);
      expect(pulled.headers['docker-content-digest']).toBe(digest);
      const { layers } = pulled.json<{ layers: { digest: string }[] }>();
      const layer = expectStatus(await repository.send('GET', `blobs/${layers[0]!.digest}`), 200);
      expect(sha256(layer.body)).toBe(layers[0]!.digest);
    },
  );

  itCovers(
    ['startStorageImport', 'stopStorageImport', 'getStorageImport'],
    'is one at a time, and stopped',
    async () => {
      await whilePaused(api, 'STORAGE_IMPORT', async () => {
        const there = await api.create(path, {});
        expect(await api.get(there)).toMatchObject({ status: 'Running', project: 'library', end_time: null });
        const second = expectStatus(await api.call('POST', path, {}), 409);
        expect(second.json()).toMatchObject({ errors: [{ code: 'CONFLICT', reason: 'import.running' }] });
        const stopped = expectStatus(await api.call('PUT', there), 200);
        expect(stopped.text).toBe('');
        expect(await api.get(there)).toMatchObject({ status: 'Stopped', end_time: expect.any(String) });
      });
    },
  );

  it('says what it cannot do', async () => {
    expectStatus(await api.call('POST', path, { project: 'No Project' }), 400);
    expectStatus(await api.call('POST', path, { project: 1 }), 422);
    expectStatus(await api.call('GET', `${path}/999999999`), 404);
    expectStatus(await api.call('PUT', `${path}/999999999`), 404);
    expectStatus(await api.call('GET', `${path}/999999999/log`), 404);
    expectStatus(await api.call('GET', `${path}/one`), 422);
  });

  it('is nobody else’s', async () => {
    const calls = [
      ['GET', path],
      ['POST', path],
      ['GET', `${path}/1`],
      ['PUT', `${path}/1`],
      ['GET', `${path}/1/log`],
    ] as const;
    for (const [method, url] of calls) {
      const body = method === 'POST' ? {} : undefined;
      expectStatus(await new Api(fixture.platform, fixture.maintainer).call(method, url, body), 403);
      expectStatus(await new Api(fixture.platform).call(method, url, body), 401);
    }
  });
});
