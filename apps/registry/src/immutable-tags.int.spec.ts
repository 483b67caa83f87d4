import { ImmutableRulesService } from '@breakwater/immutability';
import { tagRule } from '@breakwater/contracts';
import { digestOf } from '@breakwater/kernel';
import { configBytes, imageManifest } from './testing/images';
import { RegistryUnderTest } from './testing/registry-under-test';
import { expectStatus, type RepositoryClient } from './testing/repository-client';

let registry: RegistryUnderTest;
let app: RepositoryClient;
let rules: ImmutableRulesService;
let projectId: number;
const config = configBytes({ author: 'tests' });
const layer = Buffer.from('a layer');
const unique = (note: string): Buffer => imageManifest(config, [layer], { annotations: { note } });

const rule = tagRule.parse({
  tag_selectors: [{ decoration: 'matches', pattern: 'v*' }],
  scope_selectors: { repository: [{ decoration: 'repoMatches', pattern: 'app' }] },
});

beforeAll(async () => {
  registry = await RegistryUnderTest.start();
  await registry.project('fixed');
  app = await registry.as((await registry.login('admin'))!, 'fixed/app');
  for (const blob of [config, layer]) await app.pushBlob(blob);
  rules = registry.app.get(ImmutableRulesService, { strict: false });
  const [project] = await registry.sql<{ id: number }>(`SELECT id FROM project WHERE name = 'fixed'`);
  projectId = project!.id;
});
afterAll(() => registry.stop());

describe('a push to an immutable tag', () => {
  it('is refused, unless it changes nothing', async () => {
    const id = await rules.create(projectId, rule);
    expectStatus(await app.pushManifest(unique('first'), 'v1'), 201);
    const refused = expectStatus(await app.pushManifest(unique('second'), 'v1'), 412);
    expect(refused.codes()).toEqual(['PRECONDITION']);
    expect(refused.body.toString()).toContain(
      `Failed to process request due to 'fixed/app:v1' configured as immutable.`,
    );
    expectStatus(await app.send('HEAD', `/manifests/${digestOf(unique('second'))}`), 404);
    expectStatus(await app.pushManifest(unique('first'), 'v1'), 201);
    expectStatus(await app.pushManifest(unique('first'), 'latest'), 201);
    expectStatus(await app.pushManifest(unique('second'), 'latest'), 201);
    expectStatus(await app.send('DELETE', `/manifests/${digestOf(unique('first'))}`), 412);
    await rules.delete(projectId, id);
    expectStatus(await app.send('DELETE', `/manifests/${digestOf(unique('first'))}`), 202);
  });

  it('is refused from the moment that the rule is acknowledged', async () => {
    for (let round = 0; round < 10; round++) {
      expectStatus(await app.pushManifest(unique(`${round}`), 'v2'), 201);
      const id = await rules.create(projectId, rule);
      expectStatus(await app.pushManifest(unique(`${round} again`), 'v2'), 412);
      await rules.delete(projectId, id);
    }
  });
});
