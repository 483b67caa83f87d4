import { Api } from './support/api';
import { openProject, type ProjectFixture } from './support/fixtures';
import { expectStatus } from './support/http';
import { uniqueLayer } from './support/images';
import { itCovers } from './support/operations';
import { MediaType, RepositoryClient } from './support/registry';

jest.setTimeout(60_000);

interface Found {
  project: { name: string }[];
  repository: { repository_name: string }[];
}

describe('search', () => {
  let fixture: ProjectFixture;
  let developer: Api;
  let stranger: Api;
  let name: string;
  let digest: string;
  const revision = `rev-${Date.now()}`;

  beforeAll(async () => {
    fixture = await openProject('search');
    const { platform, project } = fixture;
    developer = new Api(platform, fixture.developer);
    stranger = new Api(platform, fixture.stranger);
    name = `${project}/deep/inside`;
    const repository = await RepositoryClient.open(platform, name, fixture.developer);
    const layer = await repository.pushBlob(uniqueLayer(), MediaType.layer);
    const config = await repository.pushBlob(Buffer.from('{"architecture":"amd64","os":"linux"}'), MediaType.config);
    digest = await repository.pushManifest(project, {
      schemaVersion: 2,
      mediaType: MediaType.manifest,
      config,
      layers: [layer],
      annotations: { 'org.opencontainers.image.revision': revision },
    });
    await putLabel();
  });

  async function putLabel(): Promise<void> {
    const maintainer = new Api(fixture.platform, fixture.maintainer);
    const { project_id } = await developer.get<{ project_id: number }>(`/projects/${fixture.project}`);
    const label = await maintainer.create('/labels', { name: revision, scope: 'p', project_id });
    const artifact = `/projects/${fixture.project}/repositories/${encodeURIComponent('deep/inside')}/artifacts/${digest}`;
    const id = Number(label.split('/').at(-1));
    expectStatus(await developer.call('POST', `${artifact}/labels`, { id }), 200);
  }

  itCovers(['search'], 'finds projects and repositories by a part of their names, for who sees them', async () => {
    const query = `/search?q=${fixture.project.slice(1).toUpperCase()}`;
    const found = await developer.get<Found>(query);
    expect(found.project.map((project) => project.name)).toEqual([fixture.project]);
    expect(found.repository).toEqual([expect.objectContaining({ repository_name: name, artifact_count: 1 })]);
    for (const other of [stranger, new Api(fixture.platform)])
      expect(await other.get(query)).toEqual({ project: [], repository: [] });
  });

  itCovers(
    ['searchArtifacts'],
    'finds artifacts by digest, tag, label and annotation, for who may read them',
    async () => {
      const annotation = encodeURIComponent(`org.opencontainers.image.revision=${revision}`);
      const queries = [
        `digest=${digest}`,
        `tag=${fixture.project}`,
        `label=${revision}`,
        'label=rev-*',
        `annotation=${annotation}`,
      ];
      for (const query of queries) {
        const path = `/search/artifacts?${query}`;
        expect(await developer.get(path)).toMatchObject([{ repository_name: name, digest, tags: [fixture.project] }]);
        expect(await stranger.get(path)).toEqual([]);
      }
      expectStatus(await developer.call('GET', '/search/artifacts'), 400);
    },
  );
});
