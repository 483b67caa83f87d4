import { gzipSync } from 'node:zlib';
import { Api } from './support/api';
import { pushAttestedImage, pushJson, type ShownArtifact } from './support/artifacts';
import { openProject, unique, type ProjectFixture } from './support/fixtures';
import { expectStatus } from './support/http';
import { tarOf, uniqueLayer } from './support/images';
import { itCovers } from './support/operations';
import { MediaType, RepositoryClient, sha256 } from './support/registry';

jest.setTimeout(60_000);

let fixture: ProjectFixture;
let developer: Api;
let maintainer: Api;
let stranger: Api;
let repository: RepositoryClient;
let artifacts: string;

beforeAll(async () => {
  fixture = await openProject('artifacts');
  developer = new Api(fixture.platform, fixture.developer);
  maintainer = new Api(fixture.platform, fixture.maintainer);
  stranger = new Api(fixture.platform, fixture.stranger);
  repository = await RepositoryClient.open(fixture.platform, `${fixture.project}/app`, fixture.maintainer);
  artifacts = `/projects/${fixture.project}/repositories/app/artifacts`;
});

const show = (reference: string, query = '', path = artifacts) =>
  developer.get<ShownArtifact>(`${path}/${reference}${query}`);
const names = (tags: { name: string }[] | null): string[] => (tags ?? []).map(({ name }) => name).sort();

describe('an image with an attestation of BuildKit', () => {
  itCovers(
    ['listArtifacts', 'getArtifact', 'listAccessories'],
    'is listed once, and the attestation is an accessory of its platform',
    async () => {
      const { index, image, attestation } = await pushAttestedImage(repository, 'attested');
      const listed = await developer.get<ShownArtifact[]>(`${artifacts}?q=tags%3Dattested&with_accessory=true`);
      expect(listed.map(({ digest }) => digest)).toEqual([index]);
      expect(listed[0]!.references).toMatchObject([{ child_digest: image, platform: { architecture: 'amd64' } }]);
      const platform = await show(image, '?with_accessory=true&with_inherited_accessory=true');
      expect(platform.accessories).toMatchObject([
        { digest: attestation, type: 'attestation.buildkit', subject_artifact_digest: image },
      ]);
      const accessories = expectStatus(await developer.call('GET', `${artifacts}/${image}/accessories`), 200);
      expect(accessories.headers['x-total-count']).toBe('1');
      const all = await developer.get<ShownArtifact[]>(`${artifacts}?q=base%3D*&page_size=100`);
      expect(all.map(({ digest }) => digest)).not.toContain(attestation);
      // Clients still pull what the index lists.
      expectStatus(await repository.send('GET', `manifests/${attestation}`), 200);
      expectStatus(await stranger.call('GET', `${artifacts}/${image}`), 403);
    },
  );
});

describe('a copy', () => {
  itCovers(
    ['CopyArtifact', 'getArtifact', 'deleteArtifact', 'createTag', 'listTags', 'deleteTag'],
    'can be pulled from another project with all that belongs to it, after its source is gone',
    async () => {
      const { index, image, attestation } = await pushAttestedImage(repository, 'copied');
      const tags = `${artifacts}/copied/tags`;
      await maintainer.create(tags, { name: 'second' });
      await maintainer.create(tags, { name: 'third' });
      expect(names(await developer.get(`${artifacts}/${index}/tags`))).toEqual(['copied', 'second', 'third']);
      expectStatus(await maintainer.call('DELETE', `${tags}/third`), 200);
      const target = unique('copies');
      await fixture.api.createProject(target);
      for (const { username } of [fixture.developer, fixture.maintainer])
        await fixture.api.addMember(target, username, 2);
      const copies = `/projects/${target}/repositories/deep%252Fapp/artifacts`;
      const from = (reference: string) => `${copies}?from=${encodeURIComponent(`${fixture.project}/app${reference}`)}`;

      expectStatus(await stranger.call('POST', from(':copied')), 403);
      expectStatus(await developer.call('POST', from(':nothing')), 404);
      expectStatus(await developer.call('POST', `${copies}?from=nothing`), 400);
      expectStatus(await developer.call('POST', from(`@${attestation}`)), 403);
      const made = expectStatus(await developer.call('POST', from(':copied')), 201);
      expect(made.headers.location).toBe(`/api/v2.0${copies}/copied`);
      expectStatus(await developer.call('POST', from(`@${index}`)), 201);
      const copied = await show('copied', '?with_accessory=true', copies);
      expect({ digest: copied.digest, tags: names(copied.tags) }).toEqual({
        digest: index,
        tags: ['copied', 'second'],
      });

      expectStatus(await maintainer.call('DELETE', `${artifacts}/${index}`), 200);
      const puller = await RepositoryClient.open(fixture.platform, `${target}/deep/app`, fixture.developer);
      for (const digest of [index, image, attestation]) {
        const pulled = expectStatus(await puller.send('GET', `manifests/${digest}`), 200);
        expect(sha256(pulled.body)).toBe(digest);
        const { config, layers = [] } = pulled.json<{ config?: { digest: string }; layers?: { digest: string }[] }>();
        for (const blob of config ? [config, ...layers] : [])
          expect(sha256(expectStatus(await puller.send('GET', `blobs/${blob.digest}`), 200).body)).toBe(blob.digest);
      }
    },
  );
});

describe('what is to be read of an artifact', () => {
  itCovers(['getAddition', 'getVulnerabilitiesAddition'], 'of an image is its history', async () => {
    const { image } = await pushAttestedImage(repository, 'history');
    const { addition_links: links } = await show(image);
    expect(Object.keys(links)).toEqual(['build_history']);
    const path = links.build_history!.href.replace('/api/v2.0', '');
    const history = expectStatus(await developer.call('GET', path), 200);
    expect(history.json()).toEqual([{ created_by: 'RUN make' }]);
    expect(history.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(await developer.get(path)).toEqual(history.json());
    expectStatus(await developer.call('GET', path.replace('build_history', 'values.yaml')), 400);
    expectStatus(await stranger.call('GET', path), 403);
    expect(await developer.get(path.replace('build_history', 'vulnerabilities'))).toEqual({});
    expectStatus(await stranger.call('GET', path.replace('build_history', 'vulnerabilities')), 403);
  });

  itCovers(['getAddition', 'getArtifact'], 'of a chart is what Helm would show', async () => {
    const metadata = { name: 'app', version: '1.0.0', apiVersion: 'v2', dependencies: [{ name: 'db', version: '2' }] };
    const config = await repository.pushBlob(
      Buffer.from(JSON.stringify(metadata)),
      'application/vnd.cncf.helm.config.v1+json',
    );
    const files = { 'app/values.yaml': 'replicas: 1\n', 'app/README.md': '# app\n', 'app/charts/db/values.yaml': 'x' };
    const chart = await repository.pushBlob(
      gzipSync(tarOf(files)),
      'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
    );
    await pushJson(repository, '1.0.0', {
      schemaVersion: 2,
      mediaType: MediaType.manifest,
      config,
      layers: [chart],
    });
    const shown = await show('1.0.0');
    expect(shown).toMatchObject({ type: 'CHART', extra_attrs: metadata });
    const read = async (name: string) =>
      expectStatus(await developer.call('GET', `${artifacts}/1.0.0/additions/${name}`), 200).text;
    expect(Object.keys(shown.addition_links).sort()).toEqual(['dependencies', 'readme.md', 'values.yaml']);
    expect(await read('values.yaml')).toBe('replicas: 1\n');
    expect(await read('README.md')).toBe('# app\n');
    expect(JSON.parse(await read('dependencies'))).toEqual(metadata.dependencies);
  });

  itCovers(['getIcon'], 'is shown with an icon, its own if it has one', async () => {
    const anonymous = new Api(fixture.platform);
    await repository.pushImage('plain', uniqueLayer());
    const { icon } = await show('plain');
    expect(await anonymous.get(`/icons/${icon}`)).toMatchObject({ 'content-type': 'image/svg+xml' });
    const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), uniqueLayer(64)]);
    const config = await repository.pushBlob(Buffer.from('{"a":1}'), 'application/vnd.example.thing.config.v1+json');
    const layer = await repository.pushBlob(png, 'image/png');
    const marked = { ...layer, annotations: { 'io.goharbor.artifact.v1alpha1.icon': '' } };
    await pushJson(repository, 'thing', {
      schemaVersion: 2,
      mediaType: MediaType.manifest,
      config,
      layers: [marked],
    });
    expect(await show('thing')).toMatchObject({ type: 'THING', icon: layer.digest, extra_attrs: { a: 1 } });
    const own = await anonymous.get<{ content: string }>(`/icons/${layer.digest}`);
    expect(Buffer.from(own.content, 'base64')).toEqual(png);
    expectStatus(await anonymous.call('GET', `/icons/${config.digest}`), 404);
  });
});

describe('labels', () => {
  itCovers(
    ['CreateLabel', 'ListLabels', 'GetLabelByID', 'UpdateLabel', 'DeleteLabel', 'addLabel', 'removeLabel'],
    'are made, put on artifacts, found by, and taken away',
    async () => {
      const project = await developer.get<{ project_id: number }>(`/projects/${fixture.project}`);
      const scope = { scope: 'p', project_id: project.project_id };
      const label = await maintainer.create('/labels', { name: 'tested', color: '#00ff00', ...scope });
      const id = Number(label.split('/').at(-1));
      expect(await developer.get(label)).toMatchObject({ id, name: 'tested', ...scope });
      expectStatus(await developer.call('PUT', label, { name: 'x' }), 403);
      expectStatus(await maintainer.call('PUT', label, { name: 'released' }), 200);
      const listed = expectStatus(
        await developer.call('GET', `/labels?scope=p&project_id=${project.project_id}&name=REL`),
        200,
      );
      expect(listed.headers['x-total-count']).toBe('1');
      expect(listed.json()).toMatchObject([{ id, name: 'released', color: '' }]);
      expectStatus(await stranger.call('GET', label), 403);

      const digest = await repository.pushImage('labelled', uniqueLayer());
      const labels = `${artifacts}/labelled/labels`;
      expectStatus(await developer.call('POST', labels, { id }), 200);
      expectStatus(await developer.call('POST', labels, { id }), 409);
      expectStatus(await stranger.call('POST', labels, { id }), 403);
      const found = await developer.get<ShownArtifact[]>(`${artifacts}?with_label=true&q=labels%3D(${id})`);
      expect(found).toMatchObject([{ digest, labels: [{ id, name: 'released' }] }]);
      expectStatus(await developer.call('DELETE', `${labels}/${id}`), 200);
      expectStatus(await developer.call('DELETE', `${labels}/${id}`), 404);
      expect(await developer.get(`${artifacts}?q=labels%3D(${id})`)).toEqual([]);
      expectStatus(await maintainer.call('DELETE', label), 200);
      expectStatus(await developer.call('GET', label), 404);
    },
  );
});

describe('repositories', () => {
  itCovers(
    ['listAllRepositories', 'listRepositories', 'getRepository', 'updateRepository', 'deleteRepository'],
    'are described, found and deleted with all that is in them',
    async () => {
      const name = `${fixture.project}/team/thing`;
      const path = `/projects/${fixture.project}/repositories/team%252Fthing`;
      const thing = await RepositoryClient.open(fixture.platform, name, fixture.maintainer);
      await thing.pushImage('v1', uniqueLayer());
      expectStatus(await stranger.call('PUT', path, { description: 'x' }), 403);
      expectStatus(await developer.call('PUT', path, { description: '<b>A</b> thing' }), 200);
      expect(await developer.get(path)).toMatchObject({ name, artifact_count: 1, description: '<b>A</b> thing' });
      const list = `/projects/${fixture.project}/repositories`;
      expect(names(await developer.get(`${list}?q=name%3D~THING`))).toEqual([name]);
      const everywhere = `/repositories?q=name%3D${encodeURIComponent(encodeURIComponent(name))}`;
      expect(names(await developer.get(everywhere))).toEqual([name]);
      expect(await stranger.get(everywhere)).toEqual([]);
      expectStatus(await developer.call('DELETE', path), 403);
      expectStatus(await maintainer.call('DELETE', path), 200);
      expectStatus(await developer.call('GET', path), 404);
      expectStatus(await thing.send('GET', 'manifests/v1'), 404);
    },
  );
});
