import { Api } from './support/api';
import { openProject, type ProjectFixture } from './support/fixtures';
import { expectStatus } from './support/http';
import { uniqueLayer } from './support/images';
import { itCovers } from './support/operations';
import { RepositoryClient, sha256 } from './support/registry';

jest.setTimeout(60_000);

interface Storage {
  bytes: number;
  unique_bytes: number;
  shared_bytes: number;
}

describe('tags as a list of their own', () => {
  let fixture: ProjectFixture;
  let developer: Api;
  let repository: RepositoryClient;
  let path: string;

  beforeAll(async () => {
    fixture = await openProject('tags');
    const { platform, project } = fixture;
    developer = new Api(platform, fixture.developer);
    repository = await RepositoryClient.open(platform, `${project}/team/app`, fixture.maintainer);
    path = `/projects/${project}/repositories/team%252Fapp`;
  });

  const pulled = async (tag: string) =>
    sha256(expectStatus(await repository.send('GET', `manifests/${tag}`), 200).body);

  itCovers(['listRepositoryTags'], 'come in the order of their versions, page by page', async () => {
    for (const tag of ['v1.9.0', 'v1.10.0', 'v1.10.0-rc.1', 'latest']) await repository.pushImage(tag, uniqueLayer());
    const answer = expectStatus(await developer.call('GET', `${path}/tags?sort=-version&page_size=3`), 200);
    expect(answer.json<{ name: string }[]>().map(({ name }) => name)).toEqual(['v1.10.0', 'v1.10.0-rc.1', 'v1.9.0']);
    expect([answer.headers['x-total-count'], answer.headers.link]).toEqual(['4', expect.stringContaining('page=2')]);
    expect(answer.json<{ digest: string }[]>()[0]!.digest).toBe(await pulled('v1.10.0'));
  });

  itCovers(
    ['getTagHistory', 'listTagHistory', 'restoreTag'],
    'are put back where they pointed, also to what was deleted, until it is purged',
    async () => {
      const first = await repository.pushImage('prod', uniqueLayer());
      const second = await repository.pushImage('prod', uniqueLayer());
      const [latest] = await developer.get<object[]>(`${path}/tags/prod/history`);
      expect(latest).toMatchObject({ operation: 'move', digest: second, previous_digest: first });
      const restore = (digest: string, as = developer) => as.call('POST', `${path}/tags/prod/restore`, { digest });

      expectStatus(await restore(first), 200);
      expect(await pulled('prod')).toBe(first);
      const maintainer = new Api(fixture.platform, fixture.maintainer);
      expectStatus(await maintainer.call('DELETE', `${path}/artifacts/${second}`), 200);
      expect(expectStatus(await restore(second), 200).json()).toMatchObject({
        name: 'prod',
        digest: second,
        previous_digest: first,
        artifact_restored: true,
      });
      expect(await pulled('prod')).toBe(second);

      expectStatus(await maintainer.call('DELETE', `${path}/artifacts/${first}`), 200);
      expectStatus(await maintainer.call('DELETE', `${path}/deleted-artifacts/${first}`), 200);
      expectStatus(await restore(first), 412);
      expect(await pulled('prod')).toBe(second);
      const moves = await developer.get<object[]>(`${path}/tag-history?q=name%3Dprod&sort=time`);
      expect(moves[0]).toMatchObject({ operation: 'create', digest: first, digest_state: 'purged' });
      expect(moves.at(-1)).toMatchObject({ operation: 'move', digest: second, actor: fixture.developer.username });
    },
  );

  itCovers(
    ['getProjectStorage', 'listRepositoryStorage', 'getRepositoryStorage', 'getArtifactStorage'],
    'and their bytes, alone or shared',
    async () => {
      const { platform, project } = await openProject('bytes');
      const api = new Api(platform, platform.admin);
      const layer = uniqueLayer();
      for (const name of ['a', 'b']) {
        const other = await RepositoryClient.open(platform, `${project}/${name}`, platform.admin);
        await other.pushImage('v1', layer);
      }
      const inA = await api.get<Storage>(`/projects/${project}/repositories/a/storage`);
      expect(inA).toEqual({ bytes: expect.any(Number), unique_bytes: 0, shared_bytes: inA.bytes });
      expect(inA.bytes).toBeGreaterThan(layer.length);
      expect(await api.get(`/projects/${project}/repositories/a/artifacts/v1/storage`)).toEqual(inA);
      expect(await api.get(`/projects/${project}/storage`)).toEqual({ ...inA, deleted_bytes: 0 });
      expectStatus(await api.call('DELETE', `/projects/${project}/repositories/b`), 200);
      expect(await api.get(`/projects/${project}/storage/repositories`)).toMatchObject([
        { repository_name: `${project}/a`, bytes: inA.bytes, unique_bytes: inA.bytes, shared_bytes: 0 },
      ]);
    },
  );

  it('are for members', async () => {
    const stranger = new Api(fixture.platform, fixture.stranger);
    for (const below of ['/tags', '/tag-history', '/tags/latest/history', '/storage'])
      expectStatus(await stranger.call('GET', `${path}${below}`), 403);
    expectStatus(await new Api(fixture.platform).call('GET', `${path}/tags`), 401);
  });
});
