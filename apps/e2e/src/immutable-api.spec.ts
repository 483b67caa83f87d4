import { Api } from './support/api';
import { openProject, type ProjectFixture } from './support/fixtures';
import { expectStatus } from './support/http';
import { uniqueLayer } from './support/images';
import { itCovers } from './support/operations';
import { MediaType, RepositoryClient, sha256 } from './support/registry';
import { immutableRule, type ShownRule } from './support/rules';

jest.setTimeout(60_000);

describe('immutable tags', () => {
  let fixture: ProjectFixture;
  let maintainer: Api;
  let repository: RepositoryClient;
  let rules: string;

  beforeAll(async () => {
    fixture = await openProject('immutable');
    maintainer = new Api(fixture.platform, fixture.maintainer);
    repository = await RepositoryClient.open(fixture.platform, `${fixture.project}/app`, fixture.maintainer);
    rules = `/projects/${fixture.project}/immutabletagrules`;
  });

  /** Another manifest under the tag, as a client pushes it. */
  async function move(tag: string) {
    const layer = await repository.pushBlob(uniqueLayer(1_024), MediaType.layer);
    const config = await repository.pushBlob(Buffer.from('{"architecture":"amd64","os":"linux"}'), MediaType.config);
    const manifest = { schemaVersion: 2, mediaType: MediaType.manifest, config, layers: [layer] };
    const headers = { 'content-type': MediaType.manifest };
    return repository.send('PUT', `manifests/${tag}`, { body: JSON.stringify(manifest), headers });
  }
  const pulled = async (tag: string) =>
    sha256(expectStatus(await repository.send('GET', `manifests/${tag}`), 200).body);
  const artifacts = () => `/projects/${fixture.project}/repositories/app/artifacts`;

  itCovers(
    ['CreateImmuRule', 'ListImmuRules', 'UpdateImmuRule', 'DeleteImmuRule'],
    'can be pushed once, until the rule is switched off or gone',
    async () => {
      const digest = await repository.pushImage('release-1', uniqueLayer());
      await repository.pushImage('latest', uniqueLayer());
      const there = await maintainer.create(rules, immutableRule('release-*'));
      const [shown] = await maintainer.get<ShownRule[]>(rules);
      expect(there).toMatch(new RegExp(`/immutabletagrules/${shown!.id}$`));
      expect(shown).toMatchObject({ disabled: false, ...immutableRule('release-*') });

      const refused = expectStatus(await move('release-1'), 412);
      expect(refused.json()).toMatchObject({ errors: [{ code: expect.any(String), message: expect.any(String) }] });
      expect(await pulled('release-1')).toBe(digest);
      expectStatus(await move('latest'), 201);
      expectStatus(await repository.send('DELETE', 'manifests/release-1'), 412);
      expectStatus(await maintainer.call('DELETE', `${artifacts()}/${digest}`), 412);
      expectStatus(await maintainer.call('DELETE', `${artifacts()}/${digest}/tags/release-1`), 412);
      const tags = await maintainer.get(`${artifacts()}/${digest}/tags?with_immutable_status=true`);
      expect(tags).toMatchObject([{ name: 'release-1', immutable: true }]);

      expectStatus(await maintainer.call('PUT', there, { ...shown, disabled: true }), 200);
      expect(await maintainer.get(rules)).toMatchObject([{ id: shown!.id, disabled: true }]);
      expectStatus(await move('release-1'), 201);
      expectStatus(await maintainer.call('PUT', there, { ...shown, disabled: false }), 200);
      expectStatus(await move('release-1'), 412);

      expectStatus(await maintainer.call('DELETE', there), 200);
      expect(await maintainer.get(rules)).toEqual([]);
      expectStatus(await move('release-1'), 201);
      expect(await pulled('release-1')).not.toBe(digest);
    },
  );

  itCovers(['CreateImmuRule', 'ListImmuRules'], 'are counted, and the same rule is made once', async () => {
    await maintainer.create(rules, immutableRule('v*'));
    await maintainer.create(rules, immutableRule('w*'));
    expectStatus(await maintainer.call('POST', rules, immutableRule('v*')), 409);
    const page = expectStatus(await maintainer.call('GET', `${rules}?page_size=1`), 200);
    expect(page.headers['x-total-count']).toBe('2');
    expect(page.headers.link).toContain('rel="next"');
  });

  it('are ruled by maintainers alone', async () => {
    const developer = new Api(fixture.platform, fixture.developer);
    expectStatus(await developer.call('POST', rules, immutableRule('x*')), 403);
    expectStatus(await new Api(fixture.platform).call('GET', rules), 401);
  });
});
