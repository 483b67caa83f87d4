import { digestOf } from '@breakwater/kernel';
import { describeWithS3 } from '@breakwater/testing';
import { randomBytes } from 'node:crypto';
import { openBlobStore } from '@breakwater/storage';
import { RegistryUnderTest, system } from './testing/registry-under-test';
import { expectStatus, location, RepositoryClient } from './testing/repository-client';

const PART = 5 * 1024 * 1024;

jest.setTimeout(60_000);

describeWithS3('a registry with its blobs in S3', (server) => {
  let registry: RegistryUnderTest;
  let app: RepositoryClient;
  /** The same, on a second replica that sends blobs itself. */
  let other: RepositoryClient;

  beforeAll(async () => {
    const { endpoint, accessKey, secretKey, makeBucket } = server();
    registry = await RegistryUnderTest.start({
      STORAGE_DRIVER: 's3',
      BLOB_DELIVERY: 'redirect',
      S3_REGIONENDPOINT: endpoint,
      S3_ACCESSKEY: accessKey,
      S3_SECRETKEY: secretKey,
      S3_BUCKET: await makeBucket(),
    });
    await registry.project('bucket');
    app = await registry.as(system, 'bucket/app');
    const { http } = await registry.addReplica({ BLOB_DELIVERY: 'stream' });
    other = new RepositoryClient(http, app.name, app.authorization);
  });
  afterAll(() => registry.stop());

  const keyOf = async (digest: string) => {
    const sql = 'SELECT storage_key AS key FROM blob WHERE digest = $1';
    return (await registry.sql<{ key: string }>(sql, [digest]))[0]!.key;
  };

  async function objects(): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of (await openBlobStore(registry.config)).walk()) keys.push(key);
    return keys;
  }

  /** What a client gets that follows redirects as docker does. */
  async function pull(digest: string, headers: Record<string, string> = {}): Promise<Response> {
    const answer = expectStatus(await app.send('GET', `/blobs/${digest}`, { headers }), 307);
    return fetch(location(answer), { headers });
  }

  it('records where the blob lies and reads the config of an image from there', async () => {
    const image = await app.pushImage('s3', 'v1');
    expect(await keyOf(digestOf(image.config))).toMatch(/^docker\/registry\/v2\/objects\//);
    const [artifact] = await registry.sql<{ author: string }>(
      `SELECT extra_attrs->>'author' AS author FROM artifact WHERE digest = $1`,
      [image.digest],
    );
    expect(artifact).toEqual({ author: 's3' });
    expect(expectStatus(await app.send('GET', '/manifests/v1'), 200).body.equals(image.manifest)).toBe(true);
  });

  it('sends clients to the bucket, and nobody keeps that answer', async () => {
    const bytes = randomBytes(1000);
    const digest = await app.pushBlob(bytes);
    const answer = expectStatus(await app.send('GET', `/blobs/${digest}`), 307);
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'docker-content-digest': digest });
    expect(answer.body).toHaveLength(0);
    expect(Buffer.from(await (await pull(digest)).arrayBuffer()).equals(bytes)).toBe(true);
    const part = await pull(digest, { range: 'bytes=5-9' });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(5, 10))).toBe(true);
  });

  it('answers HEAD, If-None-Match and impossible ranges itself', async () => {
    const digest = await app.pushBlob(randomBytes(1000));
    expect(expectStatus(await app.send('HEAD', `/blobs/${digest}`), 200).headers['content-length']).toBe('1000');
    expectStatus(await app.send('GET', `/blobs/${digest}`, { headers: { 'if-none-match': `"${digest}"` } }), 304);
    expectStatus(await app.send('GET', `/blobs/${digest}`, { headers: { range: 'bytes=1000-' } }), 416);
  });

  it('streams the blob where it is told to', async () => {
    const bytes = randomBytes(300_000);
    const digest = await app.pushBlob(bytes);
    expect(expectStatus(await other.send('GET', `/blobs/${digest}`), 200).body.equals(bytes)).toBe(true);
    const range = { headers: { range: 'bytes=299990-' } };
    expect(expectStatus(await other.send('GET', `/blobs/${digest}`, range), 206).body).toEqual(bytes.subarray(299_990));
  });

  it.each(['sha256', 'sha512'] as const)('takes an upload in turns on two replicas: %s', async (algorithm) => {
    const bytes = randomBytes(2 * PART + 1000);
    const digest = digestOf(bytes, algorithm);
    const upload = await app.startUpload();
    const cuts = [0, 1_000_000, PART + 2_000_000, bytes.length];
    for (const [turn, replica] of [app, other, app].entries()) {
      const body = bytes.subarray(cuts[turn], cuts[turn + 1]);
      const headers = { 'content-range': `${cuts[turn]}-${cuts[turn + 1]! - 1}` };
      expectStatus(await replica.send('PATCH', upload, { headers, body }), 202);
    }
    expectStatus(await other.send('PUT', `${upload}?digest=${digest}`), 201);
    expect(Buffer.from(await (await pull(digest)).arrayBuffer()).equals(bytes)).toBe(true);
  });

  it('refuses a wrong digest and leaves nothing', async () => {
    const before = await objects();
    const upload = await app.startUpload();
    expectStatus(await app.send('PATCH', upload, { body: randomBytes(PART + 1000) }), 202);
    expectStatus(await app.send('PUT', `${upload}?digest=${digestOf(Buffer.from('other'))}`), 400);
    expect(await objects()).toEqual(before);
  });

  it('keeps one copy of a blob that is pushed again and again', async () => {
    const bytes = randomBytes(1000);
    const digest = await app.pushBlob(bytes);
    const [key, before] = [await keyOf(digest), await objects()];
    await Promise.all([app, other, app, other].map((replica) => replica.pushBlob(bytes)));
    expect(await keyOf(digest)).toBe(key);
    expect(await objects()).toEqual(before);
  });

  it('mends a blob that the bucket has lost when it is pushed again', async () => {
    const bytes = randomBytes(1000);
    const digest = await app.pushBlob(bytes);
    const lost = await keyOf(digest);
    await (await openBlobStore(registry.config)).delete([lost]);
    await app.pushBlob(bytes);
    expect(await keyOf(digest)).not.toBe(lost);
    expect(Buffer.from(await (await pull(digest)).arrayBuffer()).equals(bytes)).toBe(true);
  });
});
