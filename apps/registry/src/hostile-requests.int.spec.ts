import { digestOf, mediaTypes } from '@breakwater/kernel';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { configBytes, descriptor, imageManifest, indexManifest } from './testing/images';
import { internalSecret, RegistryUnderTest, system } from './testing/registry-under-test';
import { expectStatus, type RepositoryClient } from './testing/repository-client';

/** Requests that nobody sends by accident. The fuzzer (tools/fuzz) finds others; what it found once stands here. */
let registry: RegistryUnderTest;
let app: RepositoryClient;
const config = configBytes();
const layer = Buffer.from('layer');

beforeAll(async () => {
  registry = await RegistryUnderTest.start({ TRUSTED_PROXIES: ['127.0.0.1'] });
  await registry.project('hostile');
  app = await registry.as(system, 'hostile/app');
  for (const blob of [config, layer]) await app.pushBlob(blob);
  expectStatus(await app.pushManifest(imageManifest(config, [layer]), 'latest'), 201);
});
afterAll(() => registry.stop());

/** An error of ours, below 500, in the envelope. */
function expectRefused(answer: { status: number; headers: object; codes: () => string[] }): void {
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(answer.headers).toHaveProperty('content-type', 'application/json; charset=utf-8');
  expect(answer.codes().length).toBeGreaterThan(0);
}

describe('paths', () => {
  const names = [
    '..',
    '../hostile/app',
    'hostile/../hostile/app',
    'hostile/app/..',
    'hostile/./app',
    'hostile%2Fapp',
    'hostile%2fapp',
    'hostile%252Fapp',
    '%2e%2e/hostile/app',
    'hostile/%61pp',
    'hostile/app%00',
    'hostile/a%00pp',
    'hostile//app',
    '/hostile/app',
    'hostile/app/',
    'hostile\\app',
    'hostile/app;x',
    'hostile/app%3Fx',
    'hostile/app%23',
    'hostile/APP',
    'hostile/äpp',
    'hostile/%c3%a4pp',
    'hostile/%ff',
    'hostile/%',
    'hostile/%zz',
    'hostile/a__-b',
    'hostile',
    'hostile/app%20',
    `hostile/${'a'.repeat(250)}`,
    `hostile/${'a/'.repeat(2_000)}b`,
  ];

  it.each(names)('%s is no repository', async (name) => {
    for (const path of ['/manifests/latest', `/blobs/${digestOf(layer)}`, '/tags/list'])
      expectRefused(await app.send('GET', `/v2/${name}${path}`));
    expectRefused(await app.send('POST', `/v2/${name}/blobs/uploads/?digest=${digestOf(layer)}`, { body: layer }));
  });

  it.each([
    '..',
    '%2e%2e',
    '../../internal/precheck',
    '..%2f..%2f',
    '%00',
    'a%00',
    'latest%00',
    'a%20b',
    '%2F',
    'é',
    '',
  ])('%s is no reference', async (reference) => {
    expectRefused(await app.send('GET', `/manifests/${reference}`));
    expectRefused(await app.send('PUT', `/manifests/${reference}`, { body: imageManifest(config, [layer]) }));
  });

  it.each([
    '/v2/..%2finternal/precheck',
    '/v2/%2e%2e/internal/precheck',
    '/v2/../internal/precheck',
    '//internal/precheck',
    '/v2//internal/precheck',
    '/Internal/precheck',
  ])('%s leads nowhere', async (path) => {
    const headers = { authorization: `Harbor-Secret ${internalSecret}` };
    expectRefused(await registry.http.send('GET', path, { headers }));
  });

  it('names that hold the words of paths are names', async () => {
    for (const name of [
      'hostile/blobs/uploads',
      'hostile/manifests/x',
      'hostile/tags/list',
      'hostile/referrers',
      'hostile/a/blobs/b',
    ]) {
      const client = await registry.as(system, name);
      const { manifest } = await client.pushImage(name, 'latest');
      expect(expectStatus(await client.send('GET', '/manifests/latest'), 200).body.equals(manifest)).toBe(true);
      expect((await client.send('GET', '/tags/list')).json()).toEqual({ name, tags: ['latest'] });
    }
  });

  it('leaves nothing outside the storage folder’s own', async () => {
    expect(await readdir(registry.config.STORAGE_ROOT)).toEqual(['docker']);
    expect((await readdir(`${registry.config.STORAGE_ROOT}/docker/registry/v2`)).sort()).toEqual(['blobs', 'uploads']);
  });
});

describe('manifests', () => {
  const good = JSON.parse(imageManifest(config, [layer]).toString()) as Record<string, unknown>;
  const layers = [descriptor(layer)];
  const index = JSON.parse(indexManifest([]).toString()) as Record<string, unknown>;
  const bad: [string, unknown, string?][] = [
    ['layers and manifests', { ...good, manifests: [] }],
    ['manifests and layers', { ...index, layers }],
    ['manifests and config', { ...index, config: good.config }],
    ['layers under a name of other letters', { ...index, Layers: layers }],
    ['manifests under a name of other letters', { ...good, MANIFESTS: [] }],
    ['fsLayers', { ...good, fsLayers: [] }],
    ['no schemaVersion', { ...good, schemaVersion: undefined }],
    ['schemaVersion 1', { ...good, schemaVersion: 1 }],
    ['schemaVersion as text', { ...good, schemaVersion: '2' }],
    ['no config', { ...good, config: undefined }],
    ['a config that is a list', { ...good, config: [] }],
    ['layers that are an object', { ...good, layers: { 0: layers[0] } }],
    ['a layer that is null', { ...good, layers: [null] }],
    ['a size below zero', { ...good, layers: [{ ...layers[0], size: -1 }] }],
    ['a size that is a fraction', { ...good, layers: [{ ...layers[0], size: 1.5 }] }],
    ['a size beyond counting', { ...good, layers: [{ ...layers[0], size: 1e300 }] }],
    ['a digest in capitals', { ...good, layers: [{ ...layers[0], digest: digestOf(layer).toUpperCase() }] }],
    ['a digest that is a path', { ...good, layers: [{ ...layers[0], digest: 'sha256:../../../../etc/passwd' }] }],
    ['an annotation that is a number', { ...good, annotations: { a: 1 } }],
    ['an annotation with NUL', { ...good, annotations: { a: 'b\0c' } }],
    ['an annotation with half a character', { ...good, annotations: { a: '\ud800' } }],
    ['an annotation named NUL', { ...good, annotations: { '\0': 'a' } }],
    ['a media type with NUL', { ...good, config: { ...(good.config as object), mediaType: 'a\0' } }],
    ['an artifactType that is a number', { ...good, artifactType: 1 }],
    ['a subject that is text', { ...good, subject: 'sha256:x' }],
    ['a subject without a digest', { ...good, subject: { mediaType: 'a', size: 1 } }],
    ['more than 10 000 layers', { ...good, layers: new Array(10_001).fill(layers[0]) }],
    ['another media type', good, mediaTypes.ociIndex],
    ['an index as a manifest', index, mediaTypes.ociManifest],
    ['schema 1', { ...good, mediaType: undefined, schemaVersion: 1 }, mediaTypes.dockerSchema1Signed],
    ['JSON', good, 'application/json'],
    ['no JSON at all', Buffer.from('<html>')],
    ['nothing', Buffer.alloc(0)],
    ['null', Buffer.from('null')],
    ['a list', Buffer.from('[]')],
    ['text', Buffer.from('"text"')],
    ['a byte order mark', Buffer.from(`\ufeff${JSON.stringify(good)}`)],
    ['bytes that are no text', Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')])],
    ['something after the end', Buffer.from(`${JSON.stringify(good)}{}`)],
  ];

  // A default, or jest takes the third parameter for its `done`.
  it.each(bad)('with %s', async (_, value, contentType = undefined) => {
    const body = Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value));
    const ownType = (value as { mediaType?: string } | null)?.mediaType;
    const headers = { 'content-type': contentType ?? ownType ?? mediaTypes.ociManifest };
    const answer = expectStatus(await app.send('PUT', '/manifests/bad', { headers, body }), 400);
    expect(answer.codes()).toEqual(['MANIFEST_INVALID']);
    expectStatus(await app.send('HEAD', '/manifests/bad'), 404);
  });

  it.each([
    ['lists', '[', ']'],
    ['objects', '{"a":', '}'],
  ])('with a million %s inside each other', async (_, open, close) => {
    const body = Buffer.from(`${open.repeat(600_000)}1${close.repeat(600_000)}`);
    expect(
      expectStatus(
        await app.send('PUT', '/manifests/deep', { headers: { 'content-type': mediaTypes.ociManifest }, body }),
        400,
      ).codes(),
    ).toEqual(['MANIFEST_INVALID']);
  });

  const padded = (size: number): Buffer => {
    const empty = imageManifest(config, [layer], { annotations: { padding: '' } });
    return imageManifest(config, [layer], { annotations: { padding: 'x'.repeat(size - empty.length) } });
  };

  it('of exactly 4 MiB is taken, one byte more is not', async () => {
    const limit = 4 * 1024 * 1024;
    expectStatus(await app.pushManifest(padded(limit), 'large'), 201);
    expect(expectStatus(await app.send('GET', '/manifests/large'), 200).body).toHaveLength(limit);
    expect(expectStatus(await app.pushManifest(padded(limit + 1), 'larger'), 413).codes()).toEqual(['SIZE_INVALID']);
    const chunked = await app.pushManifest(padded(limit + 1), 'larger', { 'transfer-encoding': 'chunked' });
    expect(expectStatus(chunked, 413).codes()).toEqual(['SIZE_INVALID']);
    expectStatus(await app.send('GET', '/manifests/larger'), 404);
  });

  it('with everything it may hold is quick', async () => {
    const many = imageManifest(config, [], {
      layers: Array.from({ length: 9_999 }, (_, i) => descriptor(Buffer.from(String(i)))),
    });
    expect(expectStatus(await app.pushManifest(many, 'many'), 400).codes().length).toBeGreaterThan(0);
  });

  it('with __proto__ and its like are only manifests', async () => {
    const body = Buffer.from(
      JSON.stringify(good).replace('{', '{"__proto__":{"mediaType":"x"},"constructor":{"prototype":{}},'),
    );
    expectStatus(await app.pushManifest(body, 'proto'), 201);
    expect(({} as { mediaType?: string }).mediaType).toBeUndefined();
  });
});

describe('bytes that are no request', () => {
  const authorization = () => `Authorization: ${app.authorization}\r\n`;
  const raw = async (text: string) => {
    const answer = await registry.http.raw(text);
    return { status: Number(answer.split(' ')[1]), body: answer.slice(answer.indexOf('\r\n\r\n') + 4) };
  };

  it.each([
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['a header without a colon', 'GET /v2/ HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n', 400],
    ['NUL in a header', 'GET /v2/ HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n', 400],
    ['NUL in the path', 'GET /v2/\0 HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    [
      'both framings',
      'POST /v2/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['two lengths', 'POST /v2/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde', 400],
    ['a length below zero', 'POST /v2/ HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n', 400],
    ['100 KB of headers', `GET /v2/ HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`, 431],
  ])('(%s) are answered with the envelope', async (_, text, status) => {
    const answer = await raw(text);
    expect(answer.status).toBe(status);
    const { errors } = JSON.parse(answer.body) as { errors: { code: string; message: string }[] };
    expect(errors).toEqual([{ code: 'BAD_REQUEST', message: expect.any(String) }]);
  });

  it('(a chunk that is none) end the upload’s request and not the upload', async () => {
    const upload = await app.startUpload();
    await raw(
      `PATCH ${upload} HTTP/1.1\r\nHost: a\r\n${authorization()}Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\nzz\r\n`,
    );
    const resume = () => app.send('PATCH', upload, { headers: { 'content-range': '5-9' }, body: 'fghij' });
    let resumed = await resume();
    // The broken request lets go of the upload a moment after its connection ends.
    for (let tries = 0; resumed.status === 409 && tries < 50; tries++) {
      await sleep(50);
      resumed = await resume();
    }
    expect([202, 416]).toContain(resumed.status);
    expectStatus(await app.send('DELETE', upload), 204);
  });

  it('(another expectation) are 417', async () => {
    expect((await raw('GET /v2/ HTTP/1.1\r\nHost: a\r\nExpect: a-cookie\r\nConnection: close\r\n\r\n')).status).toBe(
      417,
    );
  });
});

describe('headers', () => {
  it.each([
    'fe80::1%eth0',
    `fe80::1%${'x'.repeat(200)}`,
    '1.2.3.4, , x',
    '::ffff:1.2.3.4',
    'unknown',
    '"[::1]:80"',
    ', ,',
    'x'.repeat(10_000),
  ])('X-Forwarded-For: %s does no harm', async (value) => {
    const manifest = imageManifest(config, [layer], { annotations: { value } });
    expectStatus(await app.pushManifest(manifest, 'forwarded', { 'x-forwarded-for': value }), 201);
  });

  it.each(['a"b', 'a b', 'a/b', 'user@host', '[', 'a:99999', 'a,b', '<script>'])(
    'Host: %s gets into no challenge',
    async (host) => {
      for (const headers of [{ host }, { 'x-forwarded-host': host }]) {
        const answer = expectStatus(await registry.http.send('GET', '/v2/', { headers }), 401);
        expect(answer.headers['www-authenticate']).toMatch(
          /^Bearer realm="http:\/\/[\w.:-]+\/service\/token",service="harbor-registry"$/,
        );
      }
    },
  );

  it('Content-Type of any kind goes with an upload', async () => {
    for (const type of ['text/plain', 'application/json; charset=x', 'multipart/form-data; boundary=x', 'a/b']) {
      const bytes = randomBytes(10);
      const options = { headers: { 'content-type': type }, body: bytes };
      expectStatus(await app.send('POST', `/blobs/uploads/?digest=${digestOf(bytes)}`, options), 201);
    }
  });

  it.each(['nonsense', '; ;', '/', 'a/b/c'])('Content-Type: %s is none', async (type) => {
    expectRefused(
      await app.send('POST', `/blobs/uploads/?digest=${digestOf(layer)}`, {
        headers: { 'content-type': type },
        body: layer,
      }),
    );
  });

  it('a range list of a thousand is only the whole blob', async () => {
    const range = `bytes=${Array.from({ length: 1_000 }, (_, i) => `${i}-${i}`).join(',')}`;
    expectStatus(await app.send('GET', `/blobs/${digestOf(layer)}`, { headers: { range } }), 200);
  });
});
