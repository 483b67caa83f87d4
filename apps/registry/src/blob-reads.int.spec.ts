import type { Principal } from '@breakwater/access';
import { digestOf } from '@breakwater/kernel';
import { blobKey } from '@breakwater/storage';
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { configBytes, imageManifest } from './testing/images';
import { RegistryUnderTest, system } from './testing/registry-under-test';
import { expectStatus, type RepositoryClient } from './testing/repository-client';

let registry: RegistryUnderTest;
let app: RepositoryClient;
let guest: Principal;
const bytes = randomBytes(1_000);
const digest = digestOf(bytes);

beforeAll(async () => {
  registry = await RegistryUnderTest.start();
  const user = await registry.user('guest');
  await registry.project('reads', { members: [[user, 3]] });
  await registry.project('elsewhere');
  guest = user;
  app = await registry.as(system, 'reads/app');
  await app.pushBlob(bytes);
});
afterAll(() => registry.stop());

describe('GET of a blob', () => {
  it('gives the bytes and what they are', async () => {
    const answer = expectStatus(await app.send('GET', `/blobs/${digest}`), 200);
    expect(answer.body.equals(bytes)).toBe(true);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': '1000',
      'docker-content-digest': digest,
      etag: `"${digest}"`,
      'accept-ranges': 'bytes',
      'cache-control': 'max-age=31536000',
    });
  });

  it.each([
    ['bytes=0-0', 0, 0],
    ['bytes=0-999', 0, 999],
    ['bytes=100-199', 100, 199],
    ['bytes=990-5000', 990, 999],
    ['bytes=990-', 990, 999],
    ['bytes=999-', 999, 999],
    ['bytes=-1', 999, 999],
    ['bytes=-100', 900, 999],
    ['bytes=-5000', 0, 999],
    ['BYTES=5-6', 5, 6],
    ['bytes=0-99999999999999999999999', 0, 999],
  ])('gives the part %s', async (range, start, end) => {
    const answer = expectStatus(await app.send('GET', `/blobs/${digest}`, { headers: { range } }), 206);
    expect(answer.headers['content-range']).toBe(`bytes ${start}-${end}/1000`);
    expect(answer.headers['content-length']).toBe(String(end - start + 1));
    expect(answer.body.equals(bytes.subarray(start, end + 1))).toBe(true);
  });

  it.each(['bytes=1000-', 'bytes=1000-1001', 'bytes=500-0', 'bytes=-0', 'bytes=-', 'bytes=a-b', 'bytes=', 'bytes=--5'])(
    'has no part %s',
    async (range) => {
      const answer = expectStatus(await app.send('GET', `/blobs/${digest}`, { headers: { range } }), 416);
      expect(answer.headers['content-range']).toBe('bytes */1000');
      expect(answer.codes()).toEqual(['RANGE_INVALID']);
      expect(answer.headers['cache-control']).toBeUndefined();
    },
  );

  it.each(['bytes=0-1,5-6', 'lines=0-1', '0-1', ''])('gives everything for "%s"', async (range) => {
    expect(expectStatus(await app.send('GET', `/blobs/${digest}`, { headers: { range } }), 200).body).toHaveLength(
      1_000,
    );
  });

  it('gives a part only of what If-Range names', async () => {
    const part = (ifRange: string) =>
      app.send('GET', `/blobs/${digest}`, { headers: { range: 'bytes=0-9', 'if-range': ifRange } });
    expectStatus(await part(`"${digest}"`), 206);
    expectStatus(await part('"something else"'), 200);
  });

  it.each([`"${'DIGEST'}"`, 'W/"DIGEST"', 'DIGEST', '*', '"other", "DIGEST"'])(
    'is 304 for If-None-Match: %s',
    async (template) => {
      const headers = { 'if-none-match': template.replace('DIGEST', digest) };
      const answer = expectStatus(await app.send('GET', `/blobs/${digest}`, { headers }), 304);
      expect(answer.body).toHaveLength(0);
      expect(answer.headers.etag).toBe(`"${digest}"`);
    },
  );

  it('is whole for another If-None-Match', async () => {
    expectStatus(await app.send('GET', `/blobs/${digest}`, { headers: { 'if-none-match': '"sha256:00"' } }), 200);
  });

  it('keeps no answer when the bytes are missing', async () => {
    const lost = await app.pushBlob(randomBytes(10));
    await rm(join(registry.config.STORAGE_ROOT, blobKey(lost)));
    const answer = expectStatus(await app.send('GET', `/blobs/${lost}`, { headers: { range: 'bytes=0-1' } }), 404);
    expect(answer.codes()).toEqual(['BLOB_UNKNOWN']);
    for (const name of ['cache-control', 'etag', 'content-range', 'docker-content-digest'])
      expect(answer.headers[name]).toBeUndefined();
  });

  it('of no bytes has no parts', async () => {
    const empty = await app.pushBlob(Buffer.alloc(0));
    expect(expectStatus(await app.send('GET', `/blobs/${empty}`), 200).body).toHaveLength(0);
    const answer = await app.send('GET', `/blobs/${empty}`, { headers: { range: 'bytes=0-' } });
    expect(expectStatus(answer, 416).headers['content-range']).toBe('bytes */0');
  });
});

describe('a blob', () => {
  it('is there only where it was pushed', async () => {
    for (const name of ['reads/other', 'elsewhere/app']) {
      const other = await registry.as(system, name);
      for (const method of ['GET', 'DELETE'])
        expect(expectStatus(await other.send(method, `/blobs/${digest}`), 404).codes()[0]).toMatch(
          /^(BLOB|NAME)_UNKNOWN$/,
        );
      expectStatus(await other.send('HEAD', `/blobs/${digest}`), 404);
      const manifest = imageManifest(bytes, []);
      expect(expectStatus(await other.pushManifest(manifest, 'latest'), 400).codes()).toEqual([
        'MANIFEST_BLOB_UNKNOWN',
      ]);
    }
  });

  it.each(['sha256:abc', `sha256:${'A'.repeat(64)}`, `md5:${'0'.repeat(32)}`, 'latest', `sha256:${'0'.repeat(63)}%30`])(
    'has no digest %s',
    async (text) => {
      for (const method of ['GET', 'DELETE']) {
        const answer = await app.send(method, `/blobs/${text}`);
        expect([400, 404]).toContain(answer.status);
        expect(['DIGEST_INVALID', 'BLOB_UNKNOWN']).toContain(answer.codes()[0]);
      }
    },
  );

  it('is deleted from one repository', async () => {
    const shared = randomBytes(20);
    const other = await registry.as(system, 'elsewhere/app');
    const name = await app.pushBlob(shared);
    await other.pushBlob(shared);
    expectStatus(await app.send('DELETE', `/blobs/${name}`), 202);
    expectStatus(await app.send('GET', `/blobs/${name}`), 404);
    expectStatus(await app.send('DELETE', `/blobs/${name}`), 404);
    expectStatus(await other.send('GET', `/blobs/${name}`), 200);
  });

  it('is not deleted while an artifact needs it', async () => {
    const image = await app.pushImage('in use');
    const config = digestOf(image.config);
    expect(expectStatus(await app.send('DELETE', `/blobs/${config}`), 403).codes()).toEqual(['DENIED']);
    expectStatus(await app.send('DELETE', `/manifests/${image.digest}`), 202);
    expectStatus(await app.send('DELETE', `/blobs/${config}`), 202);
  });

  it('is never deleted under a push that needs it', async () => {
    for (let round = 0; round < 10; round++) {
      const config = configBytes({ round });
      const name = await app.pushBlob(config);
      const [push, deletion] = await Promise.all([
        app.pushManifest(imageManifest(config, []), `round-${round}`),
        app.send('DELETE', `/blobs/${name}`),
      ]);
      expect([201, 400]).toContain(push.status);
      expect(deletion.status).toBe(push.status === 201 ? 403 : 202);
    }
    const torn = await registry.sql(
      `SELECT 1 FROM artifact_blob ab JOIN artifact a ON a.id = ab.artifact_id
       WHERE NOT EXISTS (SELECT 1 FROM repository_blob rb WHERE rb.repository_id = a.repository_id AND rb.blob_id = ab.blob_id)`,
    );
    expect(torn).toEqual([]);
  });
});

/** Decision 14: GC takes blobs that nobody referenced or was told of for a while. */
describe('HEAD of a blob', () => {
  let puller: RepositoryClient;

  beforeAll(async () => {
    puller = await registry.as(guest, 'reads/app');
  });

  async function aged(name: string, status = 'none', age = '1 hour'): Promise<void> {
    await registry.sql(`UPDATE blob SET status = $2, update_time = now() - $3::interval WHERE digest = $1`, [
      name,
      status,
      age,
    ]);
  }

  async function rowOf(name: string) {
    const [row] = await registry.sql<{ status: string; version: number; old: boolean }>(
      `SELECT status, version, update_time < now() - interval '30 minutes' AS old FROM blob WHERE digest = $1`,
      [name],
    );
    return row!;
  }

  it('tells size and digest and has no body', async () => {
    const answer = expectStatus(await app.send('HEAD', `/blobs/${digest}`), 200);
    expect(answer.headers).toMatchObject({ 'content-length': '1000', 'docker-content-digest': digest });
    expect(answer.body).toHaveLength(0);
    expectStatus(await app.send('HEAD', `/blobs/${digestOf(Buffer.from('not here'))}`), 404);
  });

  it('writes nothing for who only pulls a blob that an artifact names', async () => {
    const image = await app.pushImage('quiet');
    const name = digestOf(image.config);
    await aged(name);
    const before = await rowOf(name);
    expectStatus(await puller.send('HEAD', `/blobs/${name}`), 200);
    expect(await rowOf(name)).toEqual(before);
  });

  it.each([
    ['who may push', () => app],
    ['a blob that nothing names', () => puller],
  ])('keeps the blob for %s, and writes once a minute', async (_, client) => {
    const name = await app.pushBlob(randomBytes(10));
    await aged(name);
    expectStatus(await client().send('HEAD', `/blobs/${name}`), 200);
    const touched = await rowOf(name);
    expect(touched).toMatchObject({ status: 'none', old: false });
    for (let i = 0; i < 3; i++) expectStatus(await client().send('HEAD', `/blobs/${name}`), 200);
    expect(await rowOf(name)).toEqual(touched);
  });

  it('is seen by a collector that has looked before', async () => {
    const name = await app.pushBlob(randomBytes(10));
    await aged(name);
    const { version } = await rowOf(name);
    expectStatus(await puller.send('HEAD', `/blobs/${name}`), 200);
    expect(await rowOf(name)).toEqual({ status: 'none', version: version + 1, old: false });
  });

  it.each(['deleting', 'deletefailed'])(
    'is 404 for a blob that is %s, so that the client sends it again',
    async (status) => {
      const content = randomBytes(10);
      const name = await app.pushBlob(content);
      await aged(name, status);
      for (const client of [app, puller]) expectStatus(await client.send('HEAD', `/blobs/${name}`), 404);
      expect(await rowOf(name)).toMatchObject({ status, old: true });
      if (status === 'deletefailed') {
        await app.pushBlob(content);
        expect(await rowOf(name)).toMatchObject({ status: 'none', old: false });
        expectStatus(await app.send('HEAD', `/blobs/${name}`), 200);
      }
    },
  );

  it('is 404 for a blob that is going, also when an artifact names it', async () => {
    const image = await app.pushImage('going');
    const name = digestOf(image.config);
    await aged(name, 'deleting');
    for (const client of [app, puller]) expectStatus(await client.send('HEAD', `/blobs/${name}`), 404);
  });

  it('makes a push wait for a removal that is under way', async () => {
    const content = randomBytes(10);
    const name = await app.pushBlob(content);
    await aged(name, 'deleting', '0 seconds');
    const push = app.send('POST', `/blobs/uploads/?digest=${name}`, { body: content });
    await registry.sql('DELETE FROM repository_blob rb USING blob b WHERE rb.blob_id = b.id AND b.digest = $1', [name]);
    await registry.sql('DELETE FROM blob WHERE digest = $1', [name]);
    expectStatus(await push, 201);
    expect(await rowOf(name)).toMatchObject({ status: 'none' });
    expect(expectStatus(await app.send('GET', `/blobs/${name}`), 200).body.equals(content)).toBe(true);
  });

  it('gives up, to be tried again, when the removal does not end', async () => {
    const content = randomBytes(10);
    const name = await app.pushBlob(content);
    await aged(name, 'deleting', '0 seconds');
    const answer = await app.send('POST', `/blobs/uploads/?digest=${name}`, { body: content });
    expect(expectStatus(answer, 503).codes()).toEqual(['UNAVAILABLE']);
  });

  it('takes over from a removal that somebody left undone, with the bytes', async () => {
    const content = randomBytes(10);
    const name = await app.pushBlob(content);
    await aged(name, 'deleting');
    await app.pushBlob(content);
    expect(await rowOf(name)).toMatchObject({ status: 'none', old: false });
  });

  it('a push of a manifest is seen by a collector that has looked before', async () => {
    const config = configBytes({ kept: true });
    const name = await app.pushBlob(config);
    await aged(name);
    const { version } = await rowOf(name);
    expectStatus(await app.pushManifest(imageManifest(config, []), 'live'), 201);
    expect(await rowOf(name)).toEqual({ status: 'none', version: version + 1, old: false });
  });

  it.each(['deleting', 'deletefailed'])('a push of a manifest misses a blob that is %s', async (status) => {
    const config = configBytes({ status });
    const name = await app.pushBlob(config);
    await aged(name, status);
    const answer = expectStatus(await app.pushManifest(imageManifest(config, []), 'going'), 400);
    expect(answer.codes()).toEqual(['MANIFEST_BLOB_UNKNOWN']);
  });
});
