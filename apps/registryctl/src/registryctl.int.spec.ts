import { digestOf } from '@breakwater/kernel';
import { HttpStorageKeeper, metricNamesOf, MetricsServer, registryctlConfig } from '@breakwater/platform';
import { blobKey, FilesystemBlobStore } from '@breakwater/storage';
import { scrape } from '@breakwater/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { createRegistryctl } from './create-registryctl';

const INTERNAL_SECRET = 'internal-secret-of-tests';

let root: string;
let store: FilesystemBlobStore;
let app: NestFastifyApplication;
let keeper: HttpStorageKeeper;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'registryctl-'));
  store = new FilesystemBlobStore(root);
  const settings = { PORT: '0', METRICS_PORT: '0', LOG_LEVEL: 'fatal', INTERNAL_SECRET, STORAGE_ROOT: root };
  app = await createRegistryctl(registryctlConfig.parse(settings));
  await app.listen(0, '127.0.0.1');
  keeper = new HttpStorageKeeper({ REGISTRYCTL_URL: await app.getUrl(), INTERNAL_SECRET });
});
afterAll(async () => {
  app.getHttpServer().closeAllConnections();
  await app.close();
  rmSync(root, { recursive: true, force: true });
});

async function put(bytes: Buffer): Promise<string> {
  const id = randomUUID();
  await store.startUpload(id);
  await store.appendUpload({ id }, 0, Readable.from([bytes]), () => undefined);
  const key = blobKey(digestOf(bytes));
  await store.finishUpload({ id }, bytes.length, key);
  return key;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('who may ask', () => {
  it.each([
    ['GET', '/blobs'],
    ['POST', '/blobs/delete'],
    ['POST', '/blobs/stat'],
    ['POST', '/blobs/verify'],
    ['POST', '/blobs/quarantine'],
    ['GET', '/blobs/content'],
    ['GET', '/uploads'],
    ['POST', '/uploads/cancel'],
    ['GET', '/repositories'],
    ['GET', '/storage'],
  ])('%s %s is for the platform itself', async (method, url) => {
    for (const headers of [{}, { authorization: 'Harbor-Secret wrong' }]) {
      const { statusCode } = await app.inject({ method: method as 'GET', url, headers });
      expect(statusCode).toBe(401);
    }
  });

  it('is healthy, and counts what it is asked', async () => {
    for (const url of ['/healthz', '/readyz']) expect((await app.inject({ url })).statusCode).toBe(200);
    const { names } = await scrape(app.get(MetricsServer, { strict: false }).port!);
    expect(names).toEqual(metricNamesOf('registryctl'));
  });
});

it('tells what the storage is, and how much it holds', async () => {
  const { driver, capacity } = await keeper.info();
  const { bsize, blocks } = statfsSync(root);
  expect(driver).toBe('filesystem');
  expect(capacity?.total).toBe(bsize * blocks);
  expect(capacity?.free).toBeGreaterThan(0);
  expect(capacity?.free).toBeLessThanOrEqual(bsize * blocks);
});

describe('blobs', () => {
  it('are listed in key order, from any key on, however many', async () => {
    const keys: string[] = [];
    for (let count = 0; count < 300; count++) keys.push(await put(randomBytes(20)));
    keys.sort();
    const found = await all(keeper.walk());
    expect(found.map(({ key }) => key)).toEqual(keys);
    expect(found[0]).toEqual({ key: keys[0], size: 20, modified: expect.any(Date) });
    expect((await all(keeper.walk({ after: keys[149] }))).map(({ key }) => key)).toEqual(keys.slice(150));
  });

  it('tell their sizes, are read and deleted', async () => {
    const bytes = randomBytes(3_000);
    const [key, none] = [await put(bytes), blobKey(digestOf(randomBytes(8)))];
    expect(await keeper.stat([none, key])).toEqual([null, { size: 3_000 }]);
    expect((await keeper.read(key)).equals(bytes)).toBe(true);
    expect(await keeper.deleteBlobs([key, none])).toEqual({ failed: [] });
    expect(await keeper.stat([key])).toEqual([null]);
    await expect(keeper.read(key)).rejects.toMatchObject({ code: 'BLOB_UNKNOWN' });
  });

  it('are deleted by the thousand', async () => {
    const keys = Array.from({ length: 2_500 }, () => blobKey(digestOf(randomBytes(8))));
    const last = await put(randomBytes(9));
    expect(await keeper.deleteBlobs([...keys, last])).toEqual({ failed: [] });
    expect(await keeper.stat([last])).toEqual([null]);
  });

  it('that cannot be deleted are named, and the others go', async () => {
    const [one, two] = [await put(randomBytes(10)), await put(randomBytes(10))];
    const folder = join(root, dirname(one));
    // Root may do everything: a folder in the file's place is what nobody unlinks.
    await rename(join(root, one), join(root, `${one}.aside`));
    await mkdir(join(root, one));
    await writeFile(join(root, one, 'content'), '');
    const { failed } = await keeper.deleteBlobs([one, two]);
    expect(failed).toEqual([{ key: one, message: expect.any(String) }]);
    expect(await keeper.stat([two])).toEqual([null]);
    rmSync(folder, { recursive: true });
  });

  it('are left when the request comes too late', async () => {
    const key = await put(randomBytes(11));
    const { failed } = await keeper.deleteBlobs([key], { before: new Date(Date.now() - 1) });
    expect(failed).toEqual([{ key, message: 'the request to delete it came too late' }]);
    expect(await keeper.stat([key])).toEqual([{ size: 11 }]);
    expect(await keeper.deleteBlobs([key], { before: new Date(Date.now() + 60_000) })).toEqual({ failed: [] });
    expect(await keeper.stat([key])).toEqual([null]);
  });

  it('larger than 4 MiB are not read at once', async () => {
    const key = await put(Buffer.alloc(4 * 1024 * 1024 + 1));
    await expect(keeper.read(key)).rejects.toMatchObject({ code: 'REQUEST_ENTITY_TOO_LARGE' });
    await keeper.deleteBlobs([key]);
  });

  it('are refused under names that are no keys', async () => {
    const none = { reason: 'storage.key' };
    const key = '../../etc/passwd';
    await expect(keeper.deleteBlobs([key])).rejects.toMatchObject(none);
    await expect(keeper.read(key)).rejects.toMatchObject(none);
    await expect(keeper.quarantine(key)).rejects.toMatchObject(none);
    await expect(keeper.verify(key, digestOf(Buffer.from('x')))).rejects.toMatchObject(none);
  });
});

describe('verification', () => {
  it('tells intact, corrupt and missing apart', async () => {
    const bytes = randomBytes(100_000);
    const [key, digest] = [await put(bytes), digestOf(bytes)];
    expect(await keeper.verify(key, digest)).toEqual({ outcome: 'intact', size: 100_000 });
    bytes[50_000]! ^= 1;
    chmodSync(join(root, key), 0o640);
    writeFileSync(join(root, key), bytes);
    expect(await keeper.verify(key, digest)).toEqual({ outcome: 'corrupt', size: 100_000 });
    await keeper.quarantine(key);
    expect(await keeper.verify(key, digest)).toEqual({ outcome: 'missing', size: 0 });
    expect((await all(keeper.walk())).map((entry) => entry.key)).not.toContain(key);
    await expect(keeper.quarantine(key)).rejects.toMatchObject({ code: 'BLOB_UNKNOWN' });
  });

  it('reads no faster than it may', async () => {
    const bytes = randomBytes(3 * 1024 * 1024);
    const key = await put(bytes);
    const started = performance.now();
    expect(await keeper.verify(key, digestOf(bytes), { bytesPerSecond: 6 * 1024 * 1024 })).toMatchObject({
      outcome: 'intact',
    });
    expect(performance.now() - started).toBeGreaterThan(400);
    await keeper.deleteBlobs([key]);
  });
});

it('finds unfinished uploads and cancels them', async () => {
  const ids = [randomUUID(), randomUUID()].sort();
  for (const id of ids) await store.startUpload(id);
  expect((await all(keeper.walkUploads())).map(({ id }) => id)).toEqual(ids);
  await keeper.cancelUploads([ids[0]!, randomUUID()]);
  expect((await all(keeper.walkUploads())).map(({ id }) => id)).toEqual([ids[1]]);
  await keeper.cancelUploads(ids);
});

it('reads the repositories that distribution left', async () => {
  const digest = digestOf(Buffer.from('a manifest'));
  const base = 'docker/registry/v2/repositories/library/app/_manifests';
  const file = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const revision = `${base}/revisions/${digest.replace(':', '/')}/link`;
  file(revision, digest);
  file(`${base}/tags/v1/current/link`, digest);
  const modified: Date = expect.any(Date);
  const links = [
    { path: revision, repository: 'library/app', kind: 'manifest', name: digest, target: digest, modified },
    {
      path: `${base}/tags/v1/current/link`,
      repository: 'library/app',
      kind: 'tag',
      name: 'v1',
      target: digest,
      modified,
    },
  ];
  expect(await all(keeper.walkRepositories())).toEqual(links);
  expect(await all(keeper.walkRepositories({ after: revision }))).toEqual(links.slice(1));
});

describe('a registryctl that is not well', () => {
  it('is unreachable, and may be asked again', async () => {
    const gone = new HttpStorageKeeper({ REGISTRYCTL_URL: 'http://127.0.0.1:9', INTERNAL_SECRET });
    const refusal = { code: 'UNAVAILABLE', reason: 'registryctl.unreachable' };
    await expect(gone.stat(['key'])).rejects.toMatchObject(refusal);
    await expect(gone.info()).rejects.toMatchObject(refusal);
    await expect(all(gone.walk())).rejects.toMatchObject(refusal);
  });

  it.each([
    ['ends early', '{"item":{"key":"k","size":1,"modified":"2026-01-01T00:00:00Z"}}\n', 'UNAVAILABLE'],
    ['fails midway', '{"error":{"code":"UNAVAILABLE","message":"full","reason":"storage.full"}}\n', 'UNAVAILABLE'],
    ['has no end', '', 'UNAVAILABLE'],
  ])('does not pass for whole when the list %s', async (_, lines, code) => {
    const server = createServer((_request, response) => response.end(lines));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const REGISTRYCTL_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expect(all(new HttpStorageKeeper({ REGISTRYCTL_URL, INTERNAL_SECRET }).walk())).rejects.toMatchObject({
      code,
    });
    server.closeAllConnections();
    server.close();
  });
});
