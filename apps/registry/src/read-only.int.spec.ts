import { SettingsService } from '@breakwater/settings';
import { configBytes, imageManifest } from './testing/images';
import { basic, password, RegistryUnderTest } from './testing/registry-under-test';
import { expectStatus, type RepositoryClient } from './testing/repository-client';

let registry: RegistryUnderTest;
let app: RepositoryClient;
let settings: SettingsService;
const config = configBytes({ author: 'tests' });
const layer = Buffer.from('a layer');
const manifest = imageManifest(config, [layer]);

beforeAll(async () => {
  registry = await RegistryUnderTest.start();
  await registry.project('kept');
  app = await registry.as((await registry.login('admin'))!, 'kept/app');
  for (const blob of [config, layer]) await app.pushBlob(blob);
  expectStatus(await app.pushManifest(manifest, 'v1'), 201);
  settings = registry.app.get(SettingsService, { strict: false });
});
afterAll(() => registry?.stop());

it('in read-only mode everything is pulled and nothing is pushed or deleted, from the moment it is acknowledged', async () => {
  for (let round = 0; round < 5; round++) {
    expectStatus(await app.pushManifest(manifest, `round-${round}`), 201);
    await settings.update({ read_only: true });
    const refused = [
      await app.pushManifest(manifest, `refused-${round}`),
      await app.send('POST', '/blobs/uploads/'),
      await app.send('DELETE', '/manifests/v1'),
    ];
    for (const answer of refused) {
      expect(expectStatus(answer, 403).codes()).toEqual(['DENIED']);
      expect(answer.body.toString()).toContain('The system is in read only mode. Any modification is prohibited.');
    }
    expectStatus(await app.send('GET', '/manifests/v1'), 200);
    expectStatus(await app.send('HEAD', `/manifests/refused-${round}`), 404);
    await settings.update({ read_only: false });
  }
  expectStatus(await app.send('DELETE', '/manifests/v1'), 202);
});

it('nginx is told so before it takes an upload', async () => {
  await settings.update({ read_only: true });
  const headers = { 'x-original-uri': '/v2/kept/app/blobs/uploads/?digest=sha256:x', 'x-original-content-length': '5' };
  const { status, headers: answered } = await registry.http.send('GET', '/internal/precheck', {
    headers: { ...headers, authorization: basic('admin', password) },
  });
  expect([status, answered['x-refusal-status']]).toEqual([403, '403']);
  await settings.update({ read_only: false });
});
