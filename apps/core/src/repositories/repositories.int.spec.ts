import { insertArtifact } from '../testing/artifact-fixture';
import { startTestCore, type TestCore } from '../testing/test-core';

let core: TestCore;

beforeAll(async () => {
  core = await startTestCore();
  await core.createUser('frank');
  await core.createProject('open', true);
  await core.createProject('closed');
  const child = await insertArtifact(core.database, { repository: 'open/team/app', content: 'child' });
  await insertArtifact(core.database, {
    repository: 'open/team/app',
    content: 'index',
    tags: ['v1'],
    children: [child],
  });
  await insertArtifact(core.database, { repository: 'open/team/app', content: 'signature', subject: child.digest });
  await insertArtifact(core.database, { repository: 'open/base', content: 'base' });
  await insertArtifact(core.database, { repository: 'closed/secret', content: 'secret' });
  await core.database.query(
    `INSERT INTO repository (project_id, name) SELECT id, 'open/blobs-only' FROM project WHERE name = 'open'`,
  );
});
afterAll(() => core.close());

const names = (body: { name: string }[]): string[] => body.map(({ name }) => name);

describe('listing repositories', () => {
  it.each([
    [undefined, ['open/base', 'open/team/app']],
    ['frank', ['open/base', 'open/team/app']],
    ['admin', ['closed/secret', 'open/base', 'open/team/app']],
  ])('shows %s those of the projects they see', async (as, expected) => {
    const { headers, body } = await core.request('GET', '/repositories', { as });
    expect(names(body)).toEqual(expected);
    expect(headers['x-total-count']).toBe(String(expected.length));
  });

  it('counts artifacts as the artifact list shows them', async () => {
    const { body } = await core.request('GET', '/projects/open/repositories?sort=-name');
    expect(body[0]).toEqual({
      id: expect.any(Number),
      project_id: expect.any(Number),
      name: 'open/team/app',
      description: '',
      artifact_count: 1,
      pull_count: 0,
      creation_time: expect.stringMatching(/Z$/),
      update_time: expect.stringMatching(/Z$/),
    });
  });

  it('filters by q', async () => {
    expect(names((await core.request('GET', '/projects/open/repositories?q=name%3D~TEAM')).body)).toEqual([
      'open/team/app',
    ]);
    expect(
      names((await core.request('GET', '/projects/open/repositories?q=name%3D%7Bopen/base%20open/none%7D')).body),
    ).toEqual(['open/base']);
  });

  it('is closed to strangers on a private project', async () => {
    expect((await core.request('GET', '/projects/closed/repositories')).status).toBe(401);
    expect((await core.request('GET', '/projects/closed/repositories', { as: 'frank' })).status).toBe(403);
    expect((await core.request('GET', '/projects/nowhere/repositories', { as: 'admin' })).status).toBe(404);
  });
});

describe('one repository', () => {
  it.each(['team%252Fapp', 'team%2Fapp'])('is found as %s', async (name) => {
    expect((await core.request('GET', `/projects/open/repositories/${name}`, { as: 'admin' })).body.name).toBe(
      'open/team/app',
    );
  });

  it.each(['blobs-only', 'none', 'UPPER', '..%252F..', '%2500', '%25ZZ'])('%s is not found', async (name) => {
    expect((await core.request('GET', `/projects/open/repositories/${name}`, { as: 'admin' })).status).toBe(404);
  });

  it('never leads into another project', async () => {
    expect(
      (await core.request('GET', '/projects/open/repositories/..%252Fclosed%252Fsecret', { as: 'admin' })).status,
    ).toBe(404);
  });

  it('keeps its description as it was written', async () => {
    const description = '# App <b>&</b>';
    expect(
      (await core.request('PUT', '/projects/open/repositories/base', { as: 'admin', body: { description } })).status,
    ).toBe(200);
    expect((await core.request('GET', '/projects/open/repositories/base', { as: 'admin' })).body.description).toBe(
      description,
    );
    expect(
      (await core.request('PUT', '/projects/open/repositories/none', { as: 'admin', body: { description } })).status,
    ).toBe(404);
  });

  it('is deleted with what is in it', async () => {
    const child = await insertArtifact(core.database, { repository: 'open/gone', content: 'gone', tags: ['v1'] });
    await insertArtifact(core.database, { repository: 'open/gone', content: 'index of gone', children: [child] });
    expect((await core.request('DELETE', '/projects/open/repositories/gone', { as: 'admin' })).status).toBe(200);
    expect((await core.request('DELETE', '/projects/open/repositories/gone', { as: 'admin' })).status).toBe(404);
    expect(
      await core.database.query(
        `SELECT 1 FROM artifact WHERE digest = (SELECT digest FROM manifest WHERE convert_from(payload, 'UTF8') = 'gone')`,
      ),
    ).toEqual([]);
  });
});
