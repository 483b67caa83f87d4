import { insertArtifact } from '../testing/artifact-fixture';
import { startTestCore, type TestCore } from '../testing/test-core';

let core: TestCore;
const repository = 'team/app';

beforeAll(async () => {
  core = await startTestCore();
  await core.createProject('team');
});
afterAll(() => core?.close());

const count = async (): Promise<number> =>
  (await core.request('GET', '/projects/team/repositories/app', { as: 'admin' })).body.artifact_count;
const listed = async (): Promise<number> =>
  (await core.request('GET', '/projects/team/repositories/app/artifacts', { as: 'admin' })).body.length;

it('counts what the list shows, whatever becomes of tags, indexes and accessories', async () => {
  const child = await insertArtifact(core.database, { repository, content: 'child' });
  expect([await count(), await listed()]).toEqual([1, 1]);
  const index = await insertArtifact(core.database, { repository, content: 'index', children: [child] });
  expect([await count(), await listed()]).toEqual([1, 1]);
  const tag = `INSERT INTO tag (repository_id, artifact_id, name) SELECT repository_id, id, 'v1' FROM artifact WHERE id = $1`;
  await core.database.query(tag, [child.id]);
  expect([await count(), await listed()]).toEqual([2, 2]);
  await core.database.query(`UPDATE tag SET artifact_id = $1 WHERE artifact_id = $2`, [index.id, child.id]);
  expect([await count(), await listed()]).toEqual([1, 1]);
  await insertArtifact(core.database, { repository, content: 'signature', subject: index.digest });
  expect([await count(), await listed()]).toEqual([1, 1]);
  await core.database.query('DELETE FROM artifact WHERE id = $1', [index.id]);
  expect([await count(), await listed()]).toEqual([1, 1]);
  await core.database.query('DELETE FROM artifact WHERE id = $1', [child.id]);
  expect([await count(), await listed()]).toEqual([0, 0]);
});
