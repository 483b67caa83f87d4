import { Api } from './support/api';
import { openProject, type ProjectFixture } from './support/fixtures';
import { expectStatus } from './support/http';
import { uniqueLayer } from './support/images';
import { itCovers } from './support/operations';
import { RepositoryClient } from './support/registry';

jest.setTimeout(60_000);

describe('deleted artifacts', () => {
  let fixture: ProjectFixture;
  let repository: RepositoryClient;
  let developer: Api;
  let maintainer: Api;
  let digest: string;
  const path = () => `/projects/${fixture.project}/repositories/team%252Fapp`;

  beforeAll(async () => {
    fixture = await openProject('deleted');
    const { platform, project } = fixture;
    repository = await RepositoryClient.open(platform, `${project}/team/app`, fixture.maintainer);
    developer = new Api(platform, fixture.developer);
    maintainer = new Api(platform, fixture.maintainer);
  });
  beforeEach(async () => {
    digest = await repository.pushImage('v1', uniqueLayer());
  });

  const used = async (): Promise<number> => {
    const summary = expectStatus(await fixture.api.call('GET', `/projects/${fixture.project}/summary`), 200);
    return summary.json<{ quota: { used: { storage: number } } }>().quota.used.storage;
  };
  const restore = (as: Api) => as.call('POST', `${path()}/deleted-artifacts/${digest}/restore`);

  it.each([
    ['the registry', async () => expectStatus(await repository.send('DELETE', `manifests/${digest}`), 202)],
    ['the API', async () => expectStatus(await maintainer.call('DELETE', `${path()}/artifacts/v1`), 200)],
    ['the API with its repository', async () => expectStatus(await maintainer.call('DELETE', path()), 200)],
  ])('by %s can be pulled again, whole, once restored', async (_who, remove) => {
    const manifest = expectStatus(await repository.send('GET', 'manifests/v1'), 200);
    const before = await used();
    await remove();
    expectStatus(await repository.send('GET', 'manifests/v1'), 404);
    expectStatus(await repository.send('GET', `manifests/${digest}`), 404);
    expect(await used()).toBe(before);

    const listed = expectStatus(await developer.call('GET', `${path()}/deleted-artifacts?q=digest%3D${digest}`), 200);
    expect(listed.json()).toMatchObject([{ digest, tags: ['v1'], deleted_by: fixture.maintainer.username }]);
    expectStatus(await restore(developer), 200);

    const again = expectStatus(await repository.send('GET', 'manifests/v1'), 200);
    expect(again.body).toEqual(manifest.body);
    const { config, layers } = manifest.json<{ config: { digest: string }; layers: { digest: string }[] }>();
    for (const blob of [config, ...layers]) expectStatus(await repository.send('GET', `blobs/${blob.digest}`), 200);
    expect(await used()).toBe(before);
  });

  itCovers(
    ['listDeletedArtifacts', 'listDeletedArtifactsOfProject', 'restoreDeletedArtifact'],
    'are listed in their repository and their project, and go back',
    async () => {
      expectStatus(await maintainer.call('DELETE', `${path()}/artifacts/v1`), 200);
      for (const list of [path(), `/projects/${fixture.project}`]) {
        const listed = await developer.call('GET', `${list}/deleted-artifacts?q=digest%3D${digest}`);
        expect(expectStatus(listed, 200).json()).toMatchObject([{ digest, tags: ['v1'] }]);
        expect(listed.headers['x-total-count']).toBe('1');
      }
      expect(expectStatus(await restore(developer), 200).json()).toMatchObject([{ digest, tags: ['v1'] }]);
      expect(await developer.get(`${path()}/deleted-artifacts?q=digest%3D${digest}`)).toEqual([]);
      expectStatus(await repository.send('GET', 'manifests/v1'), 200);
    },
  );

  itCovers(['purgeDeletedArtifact', 'purgeDeletedArtifactsOfProject'], 'give their room back when purged', async () => {
    expectStatus(await maintainer.call('DELETE', `/projects/${fixture.project}/deleted-artifacts`), 200);
    const before = await used();
    expectStatus(await maintainer.call('DELETE', `${path()}/artifacts/${digest}`), 200);
    expectStatus(await developer.call('DELETE', `${path()}/deleted-artifacts/${digest}`), 403);
    const purged = expectStatus(await maintainer.call('DELETE', `${path()}/deleted-artifacts/${digest}`), 200);
    expect(await used()).toBe(before - purged.json<{ freed_bytes: number }>().freed_bytes);
    expect(await used()).toBeLessThan(before);
    expectStatus(await restore(developer), 404);
  });
});
