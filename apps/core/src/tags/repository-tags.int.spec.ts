import { insertArtifact } from '../testing/artifact-fixture';
import { startTestCore, type TestCore } from '../testing/test-core';

const repository = '/projects/team/repositories/web%252Fapp';
const name = 'team/web/app';

let core: TestCore;
const digests: Record<string, string> = {};

beforeAll(async () => {
  core = await startTestCore();
  await core.createUser('guest');
  await core.createUser('developer');
  await core.createProject('team', true);
  await core.addMember('team', 'guest', 3);
  await core.addMember('team', 'developer', 2);
  const insert = async (content: string, tags: string[], more: object = {}) => {
    const { id, digest } = await insertArtifact(core.database, { repository: name, content, tags, ...more });
    digests[content] = digest;
    await core.database.query('UPDATE artifact SET size = $2 WHERE id = $1', [id, content.length * 100]);
    return digest;
  };
  await insert('a', ['v1.9.0', 'stable']);
  await insert('bb', ['v1.10.0']);
  const latest = await insert('ccc', ['v1.10.0-rc.1', 'latest'], { type: 'CHART' });
  await insert('signature', ['sha256-x.sig'], { subject: latest });
  await core.database.query(`UPDATE tag SET push_time = timestamptz '2026-01-01' + make_interval(days => id::int)`);
  await core.database.query(`UPDATE tag SET pull_time = now() WHERE name = 'stable'`);
}, 60_000);
afterAll(() => core.close());

const ask = (method: string, path: string, as = 'admin', body?: unknown) =>
  core.request(method, `${repository}${path}`, { as, body });
const names = async (query = ''): Promise<string[]> =>
  (await ask('GET', `/tags${query}`)).body.map((tag: { name: string }) => tag.name);

describe('the tags of a repository', () => {
  it.each([
    ['', ['latest', 'v1.10.0-rc.1', 'v1.10.0', 'stable', 'v1.9.0']],
    ['?sort=version', ['latest', 'stable', 'v1.9.0', 'v1.10.0-rc.1', 'v1.10.0']],
    ['?sort=-version&page_size=2', ['v1.10.0', 'v1.10.0-rc.1']],
    ['?sort=-version&page_size=2&page=2', ['v1.9.0', 'stable']],
    ['?sort=name', ['latest', 'stable', 'v1.10.0', 'v1.10.0-rc.1', 'v1.9.0']],
    ['?sort=-size,name', ['latest', 'v1.10.0-rc.1', 'v1.10.0', 'stable', 'v1.9.0']],
    ['?sort=size', ['v1.9.0', 'stable', 'v1.10.0', 'v1.10.0-rc.1', 'latest']],
    ['?sort=-pull_time&page_size=1', ['stable']],
    ['?q=name%3D~1.10&sort=name', ['v1.10.0', 'v1.10.0-rc.1']],
    ['?q=size%3D%5B~100%5D&sort=name', ['stable', 'v1.9.0']],
    ['?q=type%3DCHART&sort=name', ['latest', 'v1.10.0-rc.1']],
    ['?q=push_time%3D%5B2027-01-01T00:00:00~%5D', []],
  ])('%s are %j', async (query, expected) => {
    expect(await names(query)).toEqual(expected);
  });

  it('are counted without those of signatures', async () => {
    const all = await ask('GET', '/tags?page_size=2');
    expect([all.headers['x-total-count'], all.headers.link]).toEqual(['5', expect.stringContaining('rel="next"')]);
    expect((await ask('GET', '/tags?q=name%3D~v1')).headers['x-total-count']).toBe('3');
    expect((await ask('GET', '/tags?q=digest%3Dnone')).headers['x-total-count']).toBe('0');
  });

  it('show what they point to', async () => {
    expect((await ask('GET', '/tags?q=name%3Dlatest')).body).toEqual([
      {
        id: expect.any(Number),
        repository_id: expect.any(Number),
        artifact_id: expect.any(Number),
        name: 'latest',
        digest: digests.ccc,
        type: 'CHART',
        media_type: 'application/vnd.oci.image.config.v1+json',
        manifest_media_type: 'application/vnd.oci.image.manifest.v1+json',
        artifact_type: 'application/vnd.oci.image.config.v1+json',
        size: 300,
        push_time: expect.stringMatching(/Z$/),
        pull_time: '0001-01-01T00:00:00.000Z',
        immutable: false,
        signed: true,
        // Nobody has verified it yet.
        signature_status: 'stale',
      },
    ]);
  });

  it('come with an error where there are none to be', async () => {
    expect((await core.request('GET', '/projects/team/repositories/none/tags', { as: 'admin' })).status).toBe(404);
    expect((await ask('GET', '/tags?q=size%3Dbig')).status).toBe(400);
    expect((await ask('GET', '/tags?page_size=1000')).status).toBe(422);
  });
});

describe('the history of a tag', () => {
  const restore = (tag: string, digest: string | undefined, as = 'developer') =>
    ask('POST', `/tags/${tag}/restore`, as, { digest });

  it('is put back by who may push, and tells so', async () => {
    await core.database.query(
      `INSERT INTO tag_history (repository_id, name, old_digest, new_digest, actor)
       SELECT id, 'stable', $2, $3, 'ci' FROM repository WHERE name = $1`,
      [name, digests.bb, digests.a],
    );
    expect((await restore('stable', digests.bb, 'guest')).status).toBe(403);
    const restored = await restore('stable', digests.bb);
    expect(restored).toMatchObject({
      status: 200,
      body: { name: 'stable', digest: digests.bb, previous_digest: digests.a, artifact_restored: false },
    });
    expect((await ask('GET', '/artifacts/stable')).body.digest).toBe(digests.bb);
    const { body, headers } = await ask('GET', '/tags/stable/history', 'guest');
    expect(headers['x-total-count']).toBe('2');
    expect(body[0]).toEqual({
      id: expect.any(Number),
      name: 'stable',
      operation: 'move',
      digest: digests.bb,
      digest_state: 'present',
      previous_digest: digests.a,
      previous_digest_state: 'present',
      ...{ signature_status: 'unsigned', previous_signature_status: 'unsigned', replaced_signed: false },
      actor: 'developer',
      source_address: '127.0.0.1',
      time: expect.stringMatching(/Z$/),
    });
    expect((await ask('GET', '/tag-history?q=actor%3Dci')).body).toMatchObject([{ name: 'stable', actor: 'ci' }]);
    expect((await ask('GET', '/tags/none/history')).body).toEqual([]);
  });

  it('leaves an immutable tag alone', async () => {
    const rule = {
      action: 'immutable',
      template: 'immutable_template',
      tag_selectors: [{ kind: 'doublestar', decoration: 'matches', pattern: 'stable' }],
      scope_selectors: { repository: [{ kind: 'doublestar', decoration: 'repoMatches', pattern: '**' }] },
    };
    const created = await core.request('POST', '/projects/team/immutabletagrules', { as: 'admin', body: rule });
    expect(created.status).toBe(201);
    expect((await ask('GET', '/tags?q=name%3Dstable')).body).toMatchObject([{ immutable: true }]);
    const { status, body } = await restore('stable', digests.a);
    expect([status, body.errors[0].reason]).toEqual([412, 'tag.immutable']);
    expect((await ask('GET', '/artifacts/stable')).body.digest).toBe(digests.bb);
    // Where it points already nothing is overwritten.
    expect((await restore('stable', digests.bb)).status).toBe(200);
  });

  it('does not know every digest', async () => {
    expect((await restore('stable', digests.ccc)).status).toBe(404);
    expect((await restore('stable', 'latest')).status).toBe(422);
    expect((await restore('x'.repeat(129), digests.bb)).status).toBe(422);
    expect((await restore('stable', undefined)).status).toBe(422);
  });
});
