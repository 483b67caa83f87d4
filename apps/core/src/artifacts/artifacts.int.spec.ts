import { insertArtifact } from '../testing/artifact-fixture';
import { startTestCore, type TestCore } from '../testing/test-core';

const repository = '/projects/lib/repositories/team%252Fapp';
const config = 'application/vnd.oci.image.config.v1+json';

let core: TestCore;
let amd64: { id: number; digest: string };
let index: { id: number; digest: string };
let signature: { id: number; digest: string };

beforeAll(async () => {
  core = await startTestCore();
  await core.createProject('lib', true);
  const at = (day: number): Date => new Date(Date.UTC(2026, 0, day));
  const insert = (fixture: Omit<Parameters<typeof insertArtifact>[1], 'repository'>, name = 'lib/team/app') =>
    insertArtifact(core.database, { repository: name, ...fixture });
  amd64 = await insert({ content: 'amd64', extraAttrs: { architecture: 'amd64', os: 'linux' }, pushTime: at(1) });
  const arm64 = await insert({ content: 'arm64', tags: ['arm'], pushTime: at(2) });
  index = await insert({
    content: 'index',
    tags: ['v1', 'latest'],
    children: [amd64, arm64],
    manifestMediaType: 'application/vnd.oci.image.index.v1+json',
    pushTime: at(3),
  });
  signature = await insert({ content: 'signature', tags: ['sha256-x.sig'], subject: index.digest, pushTime: at(4) });
  await insert({ content: 'untagged', pushTime: at(5) });
  await insert({
    content: 'chart',
    tags: ['1.0.0'],
    type: 'CHART',
    mediaType: 'application/vnd.cncf.helm.config.v1+json',
    pushTime: at(6),
  });
  await insert({ content: 'other', tags: ['v9'], pushTime: at(7) }, 'lib/other');
});
afterAll(() => core.close());

const digests = (body: { digest: string }[]): string[] => body.map(({ digest }) => digest);
const list = (query = '') => core.request('GET', `${repository}/artifacts${query}`);
/** The first tag of each artifact found, `-` for none. */
const firstTags = async (query: string, path = `${repository}/artifacts`): Promise<string[]> =>
  (await core.request('GET', path + query)).body.map(
    ({ tags }: { tags: { name: string }[] | null }) => tags?.at(-1)?.name ?? '-',
  );

describe('listing artifacts', () => {
  it('shows what is tagged or no part of an index, newest first, never accessories', async () => {
    expect(await firstTags('')).toEqual(['1.0.0', '-', 'v1', 'arm']);
    expect((await list()).headers['x-total-count']).toBe('4');
  });

  it.each([
    ['?q=base%3D*', ['1.0.0', '-', 'v1', 'arm', '-']],
    ['?q=tags%3D*', ['1.0.0', 'v1', 'arm']],
    ['?q=tags%3Dnil', ['-']],
    ['?q=tags%3Dlatest', ['v1']],
    ['?q=tags%3D~AR', ['arm']],
    ['?q=type%3DCHART', ['1.0.0']],
    ['?q=push_time%3D%5B2026-01-02T00:00:00~2026-01-03T00:00:00%5D', ['v1', 'arm']],
    ['?q=PushTime%3D%5B2026-01-06T00:00:00~%5D', ['1.0.0']],
    ['?q=labels%3D(1%202)', []],
    ['?sort=push_time&page_size=2', ['arm', 'v1']],
    ['?page=2&page_size=3', ['arm']],
  ])('%s finds %j', async (query, expected) => {
    expect(await firstTags(query)).toEqual(expected);
  });

  it.each(['?q=labels%3D(a)', '?q=labels%3D1', '?q=tags%3D%7Ba%7D', '?q=push_time%3Dyesterday', '?q=size%3Dbig'])(
    'refuses %s',
    async (query) => {
      expect((await list(query)).status).toBe(400);
    },
  );

  it('brings tags unless told not to, accessories when asked', async () => {
    const bare = (await list('?with_tag=false&q=tags%3Dv1')).body[0];
    expect(bare).toMatchObject({ tags: null, accessories: null, labels: null });
    const full = (await list('?with_accessory=true&q=tags%3Dv1')).body[0];
    expect(full.tags.map(({ name }: { name: string }) => name)).toEqual(['latest', 'v1']);
    expect(full.accessories).toEqual([
      expect.objectContaining({
        digest: signature.digest,
        type: 'signature.cosign',
        artifact_id: signature.id,
        subject_artifact_id: index.id,
        subject_artifact_digest: index.digest,
        subject_artifact_repo: 'lib/team/app',
        size: 100,
      }),
    ]);
  });

  it('of a project, or only the newest of each repository', async () => {
    expect(await firstTags('', '/projects/lib/artifacts')).toEqual(['v9', '1.0.0', '-', 'v1', 'arm']);
    const latest = `?latest_in_repository=true&q=media_type%3D${encodeURIComponent(encodeURIComponent(config))}`;
    expect(await firstTags(latest, '/projects/lib/artifacts')).toEqual(['v9', '-']);
    expect((await core.request('GET', '/projects/lib/artifacts?latest_in_repository=true')).status).toBe(400);
  });

  it('of a repository that is not there is 404', async () => {
    expect((await core.request('GET', '/projects/lib/repositories/none/artifacts', { as: 'admin' })).status).toBe(404);
  });
});

describe('one artifact', () => {
  it('is found by tag and by digest, with everything about it', async () => {
    const { status, body } = await core.request('GET', `${repository}/artifacts/v1`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      digest: index.digest,
      repository_name: 'lib/team/app',
      pull_time: '0001-01-01T00:00:00.000Z',
      push_time: '2026-01-03T00:00:00.000Z',
      annotations: null,
      addition_links: {},
    });
    expect(body.references.map(({ child_digest: digest }: { child_digest: string }) => digest)).toContain(amd64.digest);
    expect(body.references[0]).toMatchObject({
      parent_id: index.id,
      platform: { architecture: 'arm64', os: 'linux', "'os.version'": '1' },
    });

    const child = await core.request('GET', `${repository}/artifacts/${amd64.digest}`);
    expect(child.body.extra_attrs).toEqual({ architecture: 'amd64', os: 'linux' });
    expect(child.body.addition_links.build_history).toEqual({
      href: `/api/v2.0${repository}/artifacts/${amd64.digest}/additions/build_history`,
      absolute: false,
    });
    expect(
      (
        await core.request(
          'GET',
          child.body.addition_links.build_history.href.replace('/api/v2.0', '').replace('/additions/build_history', ''),
        )
      ).status,
    ).toBe(200);
  });

  it.each(['none', `sha256:${'0'.repeat(64)}`, 'sha256:short', '%00', 'a b'])('%s is not found', async (reference) => {
    expect((await core.request('GET', `${repository}/artifacts/${encodeURIComponent(reference)}`)).status).toBe(404);
  });

  it('that an index lists is not deleted before the index', async () => {
    const path = `/projects/lib/repositories/deleting/artifacts`;
    const child = await insertArtifact(core.database, { repository: 'lib/deleting', content: 'deleting-child' });
    const parent = await insertArtifact(core.database, {
      repository: 'lib/deleting',
      content: 'deleting-parent',
      tags: ['multi'],
      children: [child],
    });
    expect((await core.request('DELETE', `${path}/${child.digest}`, { as: 'admin' })).status).toBe(412);
    expect((await core.request('DELETE', `${path}/multi`, { as: 'admin' })).status).toBe(200);
    expect((await core.request('DELETE', `${path}/${parent.digest}`, { as: 'admin' })).status).toBe(404);
    expect((await core.request('DELETE', `${path}/${child.digest}`, { as: 'admin' })).status).toBe(200);
  });
});

describe('the tags of an artifact', () => {
  const tags = `${repository}/artifacts/latest/tags`;

  it('are listed, newest first, with filter and sort', async () => {
    const { headers, body } = await core.request('GET', tags);
    expect(body.map(({ name }: { name: string }) => name)).toEqual(['latest', 'v1']);
    expect(body[0]).toMatchObject({ artifact_id: index.id, immutable: false, pull_time: '0001-01-01T00:00:00.000Z' });
    expect(headers['x-total-count']).toBe('2');
    expect((await core.request('GET', `${tags}?q=name%3D~V&sort=name`)).body).toHaveLength(1);
  });

  it('are added and taken away, and history remembers by whom', async () => {
    const created = await core.request('POST', tags, { as: 'admin', body: { name: 'v1.1', id: 0, immutable: false } });
    expect(created.status).toBe(201);
    expect(created.headers.location).toBe(`/api/v2.0${repository}/artifacts/latest/tags/v1.1`);
    expect((await core.request('GET', `${repository}/artifacts/v1.1`)).body.digest).toBe(index.digest);
    expect((await core.request('POST', tags, { as: 'admin', body: { name: 'v1.1' } })).status).toBe(409);
    expect((await core.request('DELETE', `${tags}/v1.1`, { as: 'admin' })).status).toBe(200);
    expect((await core.request('DELETE', `${tags}/v1.1`, { as: 'admin' })).status).toBe(404);
    const history = await core.database.query(
      'SELECT old_digest, new_digest, actor FROM tag_history WHERE name = $1 ORDER BY id',
      ['v1.1'],
    );
    expect(history).toEqual([
      { old_digest: null, new_digest: index.digest, actor: 'admin' },
      { old_digest: index.digest, new_digest: null, actor: 'admin' },
    ]);
  });

  it.each([
    [{ name: 'a/b' }, 400],
    [{ name: '.hidden' }, 400],
    [{ name: 'x'.repeat(129) }, 422],
    [{}, 422],
  ])('%j cannot be a tag', async (body, status) => {
    expect((await core.request('POST', tags, { as: 'admin', body })).status).toBe(status);
  });

  it('on another artifact are not taken away here', async () => {
    expect((await core.request('DELETE', `${tags}/arm`, { as: 'admin' })).status).toBe(404);
    expect((await core.request('GET', `${repository}/artifacts/none/tags`)).status).toBe(404);
  });
});

describe('the accessories of an artifact', () => {
  it('are listed', async () => {
    const { headers, body } = await core.request(
      'GET',
      `${repository}/artifacts/v1/accessories?q=type%3Dsignature.cosign`,
    );
    expect(digests(body)).toEqual([signature.digest]);
    expect(headers['x-total-count']).toBe('1');
    expect((await core.request('GET', `${repository}/artifacts/arm/accessories`)).body).toEqual([]);
  });
});
