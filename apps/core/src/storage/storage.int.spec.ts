import { insertArtifact } from '../testing/artifact-fixture';
import { startTestCore, type TestCore } from '../testing/test-core';

let core: TestCore;

beforeAll(async () => {
  core = await startTestCore();
  await core.createUser('guest');
  await core.createUser('stranger');
  await core.createProject('team', true);
  await core.createProject('empty');
  await core.addMember('team', 'guest', 3);
  // Manifests of the fixture weigh ten bytes each, and have no blobs.
  await insertArtifact(core.database, { repository: 'team/a', content: 'both', tags: ['v1'] });
  await insertArtifact(core.database, { repository: 'team/b', content: 'both', tags: ['v1', 'v2'] });
  const child = await insertArtifact(core.database, { repository: 'team/b', content: 'child' });
  await insertArtifact(core.database, { repository: 'team/b', content: 'index', tags: ['multi'], children: [child] });
  await core.database.query(
    `UPDATE quota SET used = 35 WHERE project_id = (SELECT id FROM project WHERE name = 'team')`,
  );
}, 60_000);
afterAll(() => core.close());

const ask = (path: string, as = 'guest') => core.request('GET', path, { as });
const storage = (bytes: number, unique: number) => ({
  bytes,
  unique_bytes: unique,
  shared_bytes: bytes - unique,
});

it('of a project are those of its repositories, once each, and of what was deleted', async () => {
  expect(await ask('/projects/team/storage')).toMatchObject({
    status: 200,
    body: { ...storage(30, 20), deleted_bytes: 5 },
  });
  expect((await ask('/projects/empty/storage', 'admin')).body).toEqual({ ...storage(0, 0), deleted_bytes: 0 });
});

it('of repositories are listed, the largest first', async () => {
  const { body, headers } = await ask('/projects/team/storage/repositories');
  expect(headers['x-total-count']).toBe('2');
  expect(body).toEqual([
    {
      repository_id: expect.any(Number),
      repository_name: 'team/b',
      artifact_count: 2,
      tag_count: 3,
      ...storage(30, 20),
    },
    {
      repository_id: expect.any(Number),
      repository_name: 'team/a',
      artifact_count: 1,
      tag_count: 1,
      ...storage(10, 0),
    },
  ]);
  const sorted = await ask(
    '/projects/team/storage/repositories?sort=-shared_bytes,repository_name&q=bytes%3D%5B~10%5D',
  );
  expect(sorted.body).toMatchObject([{ repository_name: 'team/a' }]);
});

it('of a repository, and of an artifact with its children', async () => {
  expect((await ask('/projects/team/repositories/a/storage')).body).toEqual(storage(10, 0));
  expect((await ask('/projects/team/repositories/b/artifacts/v2/storage')).body).toEqual(storage(10, 0));
  expect((await ask('/projects/team/repositories/b/artifacts/multi/storage')).body).toEqual(storage(20, 20));
  expect((await ask('/projects/team/repositories/none/storage')).status).toBe(404);
  expect((await ask('/projects/team/repositories/b/artifacts/none/storage')).status).toBe(404);
});

it('are not for visitors of a public project', async () => {
  for (const path of ['/storage', '/storage/repositories', '/repositories/a/storage'])
    expect((await ask(`/projects/team${path}`, 'stranger')).status).toBe(403);
});
