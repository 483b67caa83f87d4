import { insertArtifact } from '../testing/artifact-fixture';
import { startTestCore, type TestCore } from '../testing/test-core';

/** What a copy brings along is tested with the library; here, who may make one of what. */
let core: TestCore;
let digest: string;

beforeAll(async () => {
  core = await startTestCore();
  await core.createProject('source');
  await core.createProject('target');
  for (const [name, source, target] of [
    ['both', 3, 2],
    ['writer', undefined, 2],
    ['reader', 3, 3],
  ] as const) {
    await core.createUser(name);
    if (source) await core.addMember('source', name, source);
    await core.addMember('target', name, target);
  }
  ({ digest } = await insertArtifact(core.database, { repository: 'source/app', content: 'app', tags: ['v1'] }));
});
afterAll(() => core?.close());

const copy = (from: string, as: string | undefined, repository = 'team%252Fapp') =>
  core.request('POST', `/projects/target/repositories/${repository}/artifacts?from=${encodeURIComponent(from)}`, {
    as,
  });

describe('copying', () => {
  it('needs to read there and to write here', async () => {
    expect((await copy('source/app:v1', undefined)).status).toBe(401);
    expect((await copy('source/app:v1', 'writer')).status).toBe(403);
    expect((await copy('source/app:v1', 'reader')).status).toBe(403);
    expect((await copy('nowhere/app:v1', 'both')).status).toBe(403);
    expect((await core.request('GET', '/projects/target/repositories', { as: 'admin' })).body).toEqual([]);
    const copied = await copy('source/app:v1', 'both');
    const path = '/projects/target/repositories/team%252Fapp/artifacts';
    expect(copied).toMatchObject({ status: 201, headers: { location: `/api/v2.0${path}/v1` } });
    expect((await core.request('GET', `${path}/v1`, { as: 'both' })).body).toMatchObject({ digest });
  });

  it('by digest says where it is', async () => {
    const { status, headers } = await copy(`source/app@${digest}`, 'both', 'by-digest');
    expect(status).toBe(201);
    expect(headers.location).toBe(`/api/v2.0/projects/target/repositories/by-digest/artifacts/${digest}`);
    expect((await core.request('GET', headers.location!.replace('/api/v2.0', ''), { as: 'both' })).status).toBe(200);
  });

  it.each([
    ['source/app', 400],
    ['app:v1', 400],
    ['source/app:v2', 404],
    ['source/none:v1', 404],
    [`source/app@sha256:${'0'.repeat(64)}`, 404],
    ['', 400],
  ])('%s is %d', async (from, status) => {
    expect((await copy(from, 'both')).status).toBe(status);
  });

  it('needs to know from where', async () => {
    expect((await core.request('POST', '/projects/target/repositories/a/artifacts', { as: 'both' })).status).toBe(422);
  });

  it('does not overwrite an immutable tag', async () => {
    await insertArtifact(core.database, { repository: 'source/other', content: 'other', tags: ['v1', 'v2'] });
    const selector = (decoration: string, pattern: string) => [{ kind: 'doublestar', decoration, pattern }];
    const rule = {
      action: 'immutable',
      template: 'immutable_template',
      tag_selectors: selector('matches', 'v*'),
      scope_selectors: { repository: selector('repoMatches', 'team/*') },
    };
    const made = await core.request('POST', '/projects/target/immutabletagrules', { as: 'admin', body: rule });
    expect(made.status).toBe(201);
    const refused = await copy('source/other:v2', 'both');
    expect(refused).toMatchObject({ status: 412, body: { errors: [{ code: 'PRECONDITION' }] } });
    const tags = await core.request('GET', '/projects/target/repositories/team%252Fapp/artifacts?q=base%3D*', {
      as: 'both',
    });
    expect(tags.body.map((artifact: { digest: string }) => artifact.digest)).toEqual([digest]);
    expect((await copy('source/app:v1', 'both')).status).toBe(201);
  });

  it('does not carry off what a trust policy keeps from pulls', async () => {
    const policy = (body: object) => core.request('PUT', '/projects/source/trust-policy', { as: 'admin', body });
    for (const body of [{ pull: 'block' }, { quarantine: { days: 7 } }]) {
      expect((await policy(body)).status).toBe(200);
      const refused = await copy('source/app:v1', 'both', 'carried-off');
      expect(refused).toMatchObject({ status: 412, body: { errors: [{ code: 'PROJECTPOLICYVIOLATION' }] } });
    }
    expect((await core.request('GET', '/projects/target/repositories/carried-off', { as: 'both' })).status).toBe(404);
    expect((await policy({})).status).toBe(200);
  });

  it('says where it came from in no history but its own', async () => {
    const history = await core.database.query(
      `SELECT r.name, h.actor FROM tag_history h JOIN repository r ON r.id = h.repository_id WHERE h.name = 'v1' ORDER BY r.name`,
    );
    expect(history).toEqual([
      { name: 'target/by-digest', actor: 'both' },
      { name: 'target/team/app', actor: 'both' },
    ]);
  });
});
