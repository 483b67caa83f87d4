import { insertArtifact } from '../testing/artifact-fixture';
import { startTestCore, type TestCore } from '../testing/test-core';

let core: TestCore;

beforeAll(async () => {
  core = await startTestCore();
  for (const name of ['tina', 'ulla']) await core.createUser(name);
  for (const name of ['full', 'locked']) {
    await core.createProject(name);
    await core.addMember(name, 'tina', 1);
    await core.addMember(name, 'ulla', 4);
    await insertArtifact(core.database, { repository: `${name}/app`, content: name, tags: ['v1'] });
  }
  const selectors = [{ kind: 'doublestar', decoration: 'matches', pattern: '**' }];
  const rule = {
    tag_selectors: selectors,
    scope_selectors: { repository: [{ ...selectors[0], decoration: 'repoMatches' }] },
  };
  const made = await core.request('POST', '/projects/locked/immutabletagrules', { as: 'admin', body: rule });
  expect(made.status).toBe(201);
});
afterAll(() => core.close());

const start = (project: string, body: unknown = {}, as = 'tina') =>
  core.request('POST', `/projects/${project}/deletions`, { as, body });

describe('deleting a project with all that is in it', () => {
  it('begins in the background, once, and shows who began it how it goes', async () => {
    const { status, headers } = await start('full');
    expect(status).toBe(201);
    expect(headers.location).toMatch(/^\/api\/v2\.0\/project-deletions\/\d+$/);
    const there = headers.location!.replace('/api/v2.0', '');
    const { body } = await core.request('GET', there, { as: 'tina' });
    expect(body).toEqual({
      id: expect.any(Number),
      project_id: expect.any(Number),
      project: 'full',
      status: 'Running',
      status_message: '',
      result: {},
      start_time: expect.stringMatching(/Z$/),
      update_time: expect.stringMatching(/Z$/),
      end_time: null,
    });
    expect((await start('full')).status).toBe(409);
    expect((await core.request('GET', there, { as: 'admin' })).status).toBe(200);
    expect((await core.request('GET', there, { as: 'ulla' })).status).toBe(403);
    expect((await core.request('GET', there)).status).toBe(401);
    expect((await core.request('GET', '/project-deletions/999999', { as: 'ulla' })).status).toBe(403);
    expect((await core.request('GET', '/project-deletions/999999', { as: 'admin' })).status).toBe(404);
  });

  it('spares immutable tags unless told otherwise', async () => {
    const refused = await start('locked');
    expect(refused).toMatchObject({ status: 412, body: { errors: [{ reason: 'tag.immutable' }] } });
    expect((await start('locked', { delete_immutable: true })).status).toBe(201);
    expect(
      await core.database.query(
        `SELECT payload ->> 'deleteImmutable' AS told FROM task WHERE job_type = 'PROJECT_DELETE' ORDER BY id`,
      ),
    ).toEqual([{ told: 'false' }, { told: 'true' }]);
  });

  it('is for its administrators', async () => {
    expect((await start('locked', {}, 'ulla')).status).toBe(403);
    expect((await start('nowhere', {}, 'tina')).status).toBe(403);
    expect((await start('nowhere', {}, 'admin')).status).toBe(404);
    expect((await start('locked', { delete_immutable: 'yes' })).status).toBe(422);
  });
});
