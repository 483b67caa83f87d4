import { SettingsService } from '@breakwater/settings';
import { insertArtifact } from '../testing/artifact-fixture';
import { startTestCore, type TestCore } from '../testing/test-core';

let core: TestCore;
let image: { id: number; digest: string };
let child: { id: number; digest: string };
let index: { id: number; digest: string };

const repository = '/projects/team/repositories/web%252Fapp';
const name = 'team/web/app';

beforeAll(async () => {
  core = await startTestCore();
  await core.createProject('team');
  image = await insertArtifact(core.database, { repository: name, content: 'image', tags: ['v1', 'latest'] });
  child = await insertArtifact(core.database, { repository: name, content: 'child' });
  index = await insertArtifact(core.database, {
    repository: name,
    content: 'index',
    tags: ['multi'],
    children: [child],
    manifestMediaType: 'application/vnd.oci.image.index.v1+json',
  });
  // As pushes would have left it: the fixture's manifests weigh ten bytes each.
  await core.database.query('UPDATE quota SET used = 30 WHERE project_id = (SELECT id FROM project WHERE name = $1)', [
    'team',
  ]);
}, 60_000);
afterAll(() => core.close());

const ask = (method: string, path: string) => core.request(method, path, { as: 'admin' });
const deleted = async (query = '') => (await ask('GET', `${repository}/deleted-artifacts${query}`)).body;
const restore = ({ digest }: { digest: string }) => ask('POST', `${repository}/deleted-artifacts/${digest}/restore`);
const used = async () => (await ask('GET', '/projects/team/summary')).body.quota.used.storage;

it('shows what was deleted, and by whom, until when', async () => {
  expect((await ask('DELETE', `${repository}/artifacts/v1`)).status).toBe(200);
  expect((await ask('GET', `${repository}/artifacts/${image.digest}`)).status).toBe(404);
  const [row] = await deleted();
  expect(row).toEqual({
    id: image.id,
    project_id: expect.any(Number),
    repository_name: name,
    digest: image.digest,
    type: 'IMAGE',
    media_type: 'application/vnd.oci.image.config.v1+json',
    manifest_media_type: 'application/vnd.oci.image.manifest.v1+json',
    artifact_type: 'application/vnd.oci.image.config.v1+json',
    size: 100,
    tags: ['latest', 'v1'],
    push_time: expect.stringMatching(/Z$/),
    pull_time: '0001-01-01T00:00:00.000Z',
    delete_time: expect.stringMatching(/Z$/),
    purge_time: expect.stringMatching(/Z$/),
    deleted_by: 'admin',
  });
  expect(Date.parse(row.purge_time) - Date.parse(row.delete_time)).toBe(7 * 24 * 3_600_000);
  expect(await used()).toBe(30);
  const project = await ask('GET', '/projects/team/deleted-artifacts?q=repository_name%3D~WEB');
  expect([project.headers['x-total-count'], project.body]).toEqual(['1', [row]]);
  expect((await ask('GET', '/projects/team/deleted-artifacts?q=repository_name%3Dnone')).body).toEqual([]);
});

it('gives it back with its id and tags', async () => {
  expect(await restore(image)).toMatchObject({
    status: 200,
    body: [{ id: image.id, digest: image.digest, tags: ['latest', 'v1'], taken_tags: [] }],
  });
  expect((await ask('GET', `${repository}/artifacts/v1`)).body.id).toBe(image.id);
  expect((await restore(image)).status).toBe(404);
  expect(await deleted()).toEqual([]);
});

it('gives an index back with its children after the repository went', async () => {
  expect((await ask('DELETE', repository)).status).toBe(200);
  expect((await ask('GET', repository)).status).toBe(404);
  expect(await deleted('?sort=digest')).toHaveLength(3);
  const { body } = await restore(index);
  expect(body.map(({ id }: { id: number }) => id)).toEqual([index.id, child.id]);
  expect((await ask('GET', `${repository}/artifacts/multi`)).body.references).toMatchObject([
    { child_id: child.id, platform: { architecture: 'arm64' } },
  ]);
  expect((await ask('GET', repository)).body.artifact_count).toBe(1);
});

it('says what it needs that is not there', async () => {
  for (const { digest } of [index, child]) await ask('DELETE', `${repository}/artifacts/${digest}`);
  expect((await ask('DELETE', `${repository}/deleted-artifacts/${child.digest}`)).body).toEqual({
    artifacts: 1,
    freed_bytes: 10,
  });
  expect((await ask('DELETE', `${repository}/deleted-artifacts/${child.digest}`)).status).toBe(404);
  const { status, body } = await restore(index);
  expect([status, body.errors[0]]).toEqual([
    412,
    expect.objectContaining({ code: 'PRECONDITION', reason: 'artifact.restore.incomplete' }),
  ]);
  expect(await deleted()).toHaveLength(2);
});

it('purges all of a project, and frees its quota', async () => {
  expect(await used()).toBe(20);
  expect((await ask('DELETE', '/projects/team/deleted-artifacts')).body).toEqual({ artifacts: 2, freed_bytes: 20 });
  expect(await used()).toBe(0);
  expect(await deleted()).toEqual([]);
});

it('keeps nothing without a window, and nothing of a project that goes', async () => {
  const settings = core.app.get(SettingsService, { strict: false });
  await settings.update({ artifact_restore_window_days: 0 });
  const gone = await insertArtifact(core.database, { repository: name, content: 'gone' });
  await ask('DELETE', `${repository}/artifacts/${gone.digest}`);
  expect(await deleted()).toEqual([]);
  await settings.update({ artifact_restore_window_days: 1 });
  await insertArtifact(core.database, { repository: name, content: 'kept' });
  await ask('DELETE', repository);
  expect(await deleted()).toHaveLength(1);
  expect((await ask('DELETE', '/projects/team')).status).toBe(200);
  expect(await core.database.query('SELECT FROM deleted_artifact')).toEqual([]);
});

it.each(['latest', 'sha256:short'])('knows no artifact named %s', async (digest) => {
  await core.createProject('other').catch(() => undefined);
  expect((await ask('POST', `/projects/other/repositories/app/deleted-artifacts/${digest}/restore`)).status).toBe(422);
});
