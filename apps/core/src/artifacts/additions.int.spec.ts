import { BLOB_READER, type BlobReader } from '@breakwater/artifacts';
import { AppError, digestOf } from '@breakwater/kernel';
import { Readable } from 'node:stream';
import { insertArtifact } from '../testing/artifact-fixture';
import { startTestCore, type TestCore } from '../testing/test-core';

const repository = '/projects/lib/repositories/app/artifacts';
const history = [{ created_by: 'RUN make' }];
const config = Buffer.from(JSON.stringify({ os: 'linux', history }));
const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from('pixels')]);
const page = Buffer.from('<script>alert(1)</script>');
const large = Buffer.alloc(300_000, 1);
const blobs = new Map([config, png, page, large].map((bytes) => [digestOf(bytes), bytes]));

let core: TestCore;
let open: jest.SpyInstance<ReturnType<BlobReader['open']>, Parameters<BlobReader['open']>>;

beforeAll(async () => {
  core = await startTestCore();
  await core.createProject('lib', true);
  open = jest.spyOn(core.app.get<BlobReader>(BLOB_READER, { strict: false }), 'open');
  open.mockImplementation(async (_repository, digest, maxBytes) => {
    const bytes = blobs.get(digest);
    if (!bytes) throw new AppError('BLOB_UNKNOWN', 'blob unknown');
    if (bytes.length > maxBytes) throw new AppError('REQUEST_ENTITY_TOO_LARGE', 'too large');
    return Readable.from([bytes]);
  });
  await insertArtifact(core.database, { repository: 'lib/app', content: manifestOf(config), tags: ['image'] });
  await insertArtifact(core.database, {
    repository: 'lib/app',
    content: manifestOf(Buffer.from('gone')),
    tags: ['gone'],
  });
  await insertArtifact(core.database, {
    repository: 'lib/app',
    content: manifestOf(Buffer.from('{}')),
    tags: ['model'],
    type: 'CNAI',
  });
});
afterAll(() => core?.close());
beforeEach(() => open.mockClear());

function manifestOf(bytes: Buffer): string {
  const mediaType = 'application/vnd.oci.image.config.v1+json';
  const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: descriptor,
    layers: [],
  });
}
const addition = (tag: string, name: string) => core.request('GET', `${repository}/${tag}/additions/${name}`);

describe('additions', () => {
  it('are read from the blobs once, for all who ask at the same time and later', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => addition('image', 'build_history')));
    for (const { status, headers, body } of answers) {
      expect({ status, body }).toEqual({ status: 200, body: history });
      expect(headers).toMatchObject({
        'content-type': 'application/json; charset=utf-8',
        'x-content-type-options': 'nosniff',
      });
    }
    expect((await addition('image', 'BUILD_HISTORY')).body).toEqual(history);
    expect(open).toHaveBeenCalledTimes(1);
    expect(open).toHaveBeenCalledWith('lib/app', digestOf(config), expect.any(Number));
  });

  it.each([
    ['image', 'values.yaml', 400],
    ['image', 'nonsense', 400],
    ['image', 'x'.repeat(65), 422],
    ['none', 'build_history', 404],
    ['gone', 'build_history', 404],
    ['model', 'license', 404],
    ['model', 'license', 404],
  ])('of %s: %s is %d', async (tag, name, status) => {
    expect((await addition(tag, name)).status).toBe(status);
  });

  it('that the artifact does not have are not looked for again', async () => {
    const kept = await core.database.query(`SELECT name, content FROM artifact_addition WHERE name = 'license'`);
    expect(kept).toEqual([{ name: 'license', content: null }]);
    expect((await addition('model', 'files')).body).toEqual([]);
    expect(open).not.toHaveBeenCalled();
  });

  it('go with the manifest', async () => {
    await core.database.query(`DELETE FROM artifact WHERE type = 'CNAI'`);
    await core.database.query(
      `DELETE FROM manifest m WHERE NOT EXISTS (SELECT FROM artifact a WHERE a.digest = m.digest)`,
    );
    expect(await core.database.query('SELECT name FROM artifact_addition ORDER BY name')).toEqual([
      { name: 'build_history' },
    ]);
  });

  it('of vulnerabilities are none before there is a report', async () => {
    expect(await addition('image', 'vulnerabilities')).toMatchObject({
      status: 200,
      headers: { 'content-type': expect.stringMatching(/^application\/json/) },
      body: {},
    });
    expect((await addition('none', 'vulnerabilities')).status).toBe(404);
  });
});

describe('icons', () => {
  const icon = (digest: string) => core.request('GET', `/icons/${digest}`);
  const own = (bytes: Buffer) =>
    core.database.query(`UPDATE artifact SET icon = $1 WHERE id = (SELECT artifact_id FROM tag WHERE name = 'image')`, [
      digestOf(bytes),
    ]);
  const shown = async () => (await core.request('GET', `${repository}/image`)).body.icon;

  it('of a type are built in', async () => {
    const { status, body } = await icon(await shown());
    expect(status).toBe(200);
    expect(body['content-type']).toBe('image/svg+xml');
    expect(Buffer.from(body.content, 'base64').toString()).toMatch(/^<svg .*<\/svg>$/);
  });

  it('of an artifact are its own picture', async () => {
    await own(png);
    expect(await shown()).toBe(digestOf(png));
    for (let round = 0; round < 2; round++)
      expect((await icon(digestOf(png))).body).toEqual({
        'content-type': 'image/png',
        content: png.toString('base64'),
      });
    expect(open).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['no picture', page],
    ['too large', large],
  ])('that are %s are not shown, and not read again', async (_what, bytes) => {
    await own(bytes);
    for (let round = 0; round < 2; round++) expect((await icon(digestOf(bytes))).status).toBe(404);
    expect(open).toHaveBeenCalledTimes(1);
  });

  it('are no way to other blobs', async () => {
    for (const digest of [digestOf(config), `sha256:${'0'.repeat(64)}`, 'nonsense'])
      expect((await icon(digest)).status).toBe(404);
    await own(config);
    expect((await icon(digestOf(png))).status).toBe(404);
    expect(open).not.toHaveBeenCalled();
  });
});
