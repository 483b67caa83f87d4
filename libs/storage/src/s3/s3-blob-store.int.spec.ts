import { ListMultipartUploadsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { digestOf } from '@breakwater/kernel';
import { S3FaultProxy, describeWithS3, type S3Server } from '@breakwater/testing';
import fc from 'fast-check';
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BlobStore, StoredEntry, UploadHandle } from '../blob-store';
import { describeBlobStore } from '../blob-store.suite';
import { blobKey } from '../layout';
import { openS3BlobStore } from './open-s3-blob-store';
import type { S3Options } from './s3-options';

const MEBIBYTE = 1024 ** 2;
/** The smallest part that S3 takes. */
const PART = 5 * MEBIBYTE;

jest.setTimeout(120_000);

describeWithS3('versitygw', (server) => {
  describeBlobStore('s3', async () => {
    const fresh = { ...(await optionsFor(server())), chunkBytes: 8 * MEBIBYTE };
    return {
      store: await openS3BlobStore(fresh),
      place: async (Key, Body) => {
        await clientOf(fresh).send(new PutObjectCommand({ Bucket: fresh.bucket, Key, Body }));
      },
      remove: async () => {},
    };
  });

  let options: S3Options;
  let store: BlobStore;

  beforeEach(async () => {
    options = await optionsFor(server());
    store = await openS3BlobStore(options);
  });

  /** Another process's driver. */
  const replica = () => openS3BlobStore(options);

  /** The same bucket through a proxy that can refuse requests. */
  async function withProxy(work: (proxy: S3FaultProxy, through: BlobStore) => Promise<void>): Promise<void> {
    const proxy = await S3FaultProxy.start(options.endpoint!);
    try {
      await work(proxy, await openS3BlobStore({ ...options, endpoint: proxy.endpoint }));
    } finally {
      await proxy.stop();
    }
  }

  describe('uploads of several parts', () => {
    it('goes on, ends and is read on other replicas, and makes no copy', async () => {
      const bytes = randomBytes(2 * PART + 1_234_567);
      const upload = await start(store);
      await append(await replica(), upload, 0, bytes.subarray(0, 3_000_000));
      await append(await replica(), upload, 3_000_000, bytes.subarray(3_000_000, 12_000_000));
      await append(await replica(), upload, 12_000_000, bytes.subarray(12_000_000));
      await withProxy(async (proxy, through) => {
        const key = await through.finishUpload(upload, bytes.length, layoutKey(bytes));
        expect(proxy.seen.filter(({ headers }) => headers['x-amz-copy-source'])).toEqual([]);
        expect((await bytesOf(await replica(), key!)).equals(bytes)).toBe(true);
      });
      expect(await multiparts(options)).toEqual([]);
    });

    it('reads the bytes of an upload, ends it without a copy, or goes on with it', async () => {
      const bytes = randomBytes(3 * PART);
      for (const more of [0, 1, PART]) {
        const upload = await start(store);
        const size = bytes.length - more;
        await append(store, upload, 0, bytes.subarray(0, size));
        expect((await drain(await (await replica()).readUpload(upload, size))).equals(bytes.subarray(0, size))).toBe(
          true,
        );
        expect(await all(store.walk())).toHaveLength(0);
        expect((await all(store.walkUploads())).map((entry) => entry.size)).toEqual([size]);
        if (more > 0) await append(await replica(), upload, size, bytes.subarray(size));
        const key = await store.finishUpload(upload, bytes.length, layoutKey(bytes));
        expect((await bytesOf(store, key!)).equals(bytes)).toBe(true);
        await store.delete([key!]);
      }
    });

    it('makes the same blob of any cuts, with lost answers and cuts within the parts', async () => {
      const step = fc.record({
        length: fc.integer({ min: 0, max: 9_000_000 }),
        /** How much of it the session forgets: its row was not written. */
        forgets: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 12_000_000 })),
        fails: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
          const bytes = randomBytes(16_000_000);
          const upload = await start(store);
          let stored = 0;
          for (const { length, forgets, fails } of [...steps, { length: bytes.length, forgets: 0, fails: false }]) {
            const offset = Math.max(0, stored - forgets);
            const seen = await append(
              await replica(),
              upload,
              offset,
              chunks(bytes.subarray(offset, offset + length), fails),
            );
            stored = offset + seen;
          }
          const key = await (await replica()).finishUpload(upload, bytes.length, layoutKey(bytes));
          expect((await bytesOf(store, key!)).equals(bytes)).toBe(true);
        }),
        { numRuns: 8 },
      );
    });

    it('forgets an upload with its parts', async () => {
      const upload = await start(store);
      await append(store, upload, 0, randomBytes(2 * PART));
      expect(await multiparts(options)).toHaveLength(1);
      await (await replica()).cancelUpload(upload);
      expect(await multiparts(options)).toEqual([]);
      expect(await all(store.walkUploads())).toEqual([]);
    });
  });

  describe('when S3 fails in between', () => {
    it('goes on after the parts that were acknowledged, though their record could not be written', async () => {
      const bytes = randomBytes(3 * PART);
      const upload = await start(store);
      await append(store, upload, 0, bytes.subarray(0, 1_000_000));
      await withProxy(async (proxy, through) => {
        proxy.refuse = ({ path }) => (/partNumber=3/.test(path) ? { status: 403, code: 'AccessDenied' } : undefined);
        let seen = 0;
        await expect(
          through.appendUpload(
            upload,
            1_000_000,
            chunks(bytes.subarray(1_000_000)),
            (chunk) => void (seen += chunk.length),
          ),
        ).rejects.toMatchObject({ code: 'UNAVAILABLE', reason: 'storage.denied' });
        expect(seen).toBe(2 * PART - 1_000_000);
      });
      await append(await replica(), upload, 2 * PART, bytes.subarray(2 * PART));
      const key = await store.finishUpload(upload, bytes.length, layoutKey(bytes));
      expect((await bytesOf(store, key!)).equals(bytes)).toBe(true);
    });

    it.each([
      ['one part', 100],
      ['several parts', 2 * PART],
    ])('finishes again when the first try did not live to tell: %s', async (_, size) => {
      const bytes = randomBytes(size);
      const upload = await start(store);
      await append(store, upload, 0, bytes);
      await withProxy(async (proxy, through) => {
        proxy.refuse = ({ path }) => (/[?&]delete/.test(path) ? { status: 403, code: 'AccessDenied' } : undefined);
        await expect(through.finishUpload(upload, size, layoutKey(bytes))).rejects.toMatchObject({
          code: 'UNAVAILABLE',
        });
      });
      const key = await (await replica()).finishUpload(upload, size, layoutKey(bytes));
      expect((await bytesOf(store, key!)).equals(bytes)).toBe(true);
      expect(await all(store.walkUploads())).toEqual([]);
    });

    it('finds and frees a multipart upload without a record', async () => {
      const upload = await start(store);
      await withProxy(async (proxy, through) => {
        proxy.refuse = ({ method, path }) =>
          method === 'PUT' && path.includes('/uploads/') ? { status: 403, code: 'AccessDenied' } : undefined;
        await expect(append(through, upload, 0, randomBytes(2 * PART))).resolves.toBe(0);
      });
      expect((await all(store.walkUploads())).map(({ key }) => key)).toEqual([upload.id]);
      await store.cancelUpload(upload);
      expect(await multiparts(options)).toEqual([]);
    });

    it('waits and tries again when told to slow down', async () => {
      await withProxy(async (proxy, through) => {
        let refusals = 3;
        proxy.refuse = () => (refusals-- > 0 ? { status: 503, code: 'SlowDown' } : undefined);
        const started = Date.now();
        const bytes = randomBytes(1000);
        const key = await put(through, bytes);
        expect(refusals).toBeLessThan(0);
        expect(Date.now() - started).toBeGreaterThan(100);
        expect((await bytesOf(through, key)).equals(bytes)).toBe(true);
      });
    });

    it('says so when it stays busy', async () => {
      await withProxy(async (proxy, through) => {
        proxy.refuse = () => ({ status: 503, code: 'SlowDown' });
        await expect(through.stat(layoutKey(Buffer.alloc(0)))).rejects.toMatchObject({ reason: 'storage.busy' });
        expect(proxy.seen).toHaveLength(6);
      });
    });

    it.each<[string, () => Partial<S3Options>]>([
      ['storage.denied', () => ({ credentials: { ...options.credentials!, secretAccessKey: 'wrong' } })],
      ['storage.bucket', () => ({ bucket: 'nobody-has-this-bucket' })],
      ['storage.unreachable', () => ({ endpoint: 'http://127.0.0.1:1' })],
    ])('explains %s', async (reason, wrong) => {
      const broken = await openS3BlobStore({ ...options, ...wrong() });
      await expect(broken.startUpload(randomUUID())).rejects.toMatchObject({ code: 'UNAVAILABLE', reason });
    });
  });

  describe('signed addresses', () => {
    it('give the blob, whole and in part, to whoever has them', async () => {
      const bytes = randomBytes(1000);
      const url = await store.url!(await put(store, bytes), { expiresInSeconds: 60 });
      const whole = await fetch(url);
      expect(whole.status).toBe(200);
      expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true);
      const part = await fetch(url, { headers: { range: 'bytes=10-19' } });
      expect(part.status).toBe(206);
      expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(10, 20))).toBe(true);
    });

    it('expire, and are good for one blob only', async () => {
      const [one, two] = [await put(store, randomBytes(10)), await put(store, randomBytes(10))];
      const url = await store.url!(one, { expiresInSeconds: 1 });
      expect((await fetch(url.replace(one, two))).status).toBe(403);
      expect((await fetch(url)).status).toBe(200);
      await sleep(2_500);
      expect((await fetch(url)).status).toBe(403);
    });
  });

  describe('the bucket', () => {
    it('may be adopted from distribution: blobs under its paths are read, listed and deleted', async () => {
      const bytes = randomBytes(100);
      const key = layoutKey(bytes);
      await clientOf(options).send(new PutObjectCommand({ Bucket: options.bucket, Key: key, Body: bytes }));
      const own = await put(store, bytes);
      expect((await bytesOf(store, key)).equals(bytes)).toBe(true);
      expect((await all(store.walk())).map((entry) => entry.key)).toEqual([key, own]);
      await store.delete([key]);
      expect((await all(store.walk())).map((entry) => entry.key)).toEqual([own]);
    });

    it('may be shared: everything lies below the root directory', async () => {
      const rooted = await openS3BlobStore({ ...options, rootDirectory: '/registry/one/' });
      const bytes = randomBytes(2 * PART);
      const key = await put(rooted, bytes);
      expect((await bytesOf(rooted, key)).equals(bytes)).toBe(true);
      expect((await all(rooted.walk())).map((entry) => entry.key)).toEqual([key]);
      expect((await fetch(await rooted.url!(key, { expiresInSeconds: 60 }))).status).toBe(200);
      expect(await all(store.walk())).toEqual([]);
    });

    it('is asked to delete a thousand at a time', async () => {
      await withProxy(async (proxy, through) => {
        await through.delete(Array.from({ length: 2001 }, () => `docker/registry/v2/objects/${randomUUID()}`));
        expect(proxy.seen.map(({ method, path }) => [method, path.includes('delete')])).toEqual(
          Array(3).fill(['POST', true]),
        );
        for (const { headers } of proxy.seen) expect(headers['content-md5']).toMatch(/=$/);
      });
    });

    it('is listed beyond one page, in order', async () => {
      const keys = Array.from({ length: 1003 }, () => `docker/registry/v2/objects/${randomUUID()}`);
      const client = clientOf(options);
      for (let from = 0; from < keys.length; from += 50) {
        const objects = keys.slice(from, from + 50).map((Key) => ({ Bucket: options.bucket, Key, Body: 'x' }));
        await Promise.all(objects.map((object) => client.send(new PutObjectCommand(object))));
      }
      expect((await all(store.walk())).map(({ key }) => key)).toEqual(keys.sort());
    });

    it.each([
      [{ encrypt: true }, { 'x-amz-server-side-encryption': 'AES256' }],
      [
        { encrypt: true, kmsKeyId: 'key' },
        { 'x-amz-server-side-encryption': 'aws:kms', 'x-amz-server-side-encryption-aws-kms-key-id': 'key' },
      ],
    ])('is told to encrypt: %j', async (settings, headers) => {
      await withProxy(async (proxy) => {
        // Our test server may not know how: what matters is what it was asked.
        proxy.refuse = () => ({ status: 501, code: 'NotImplemented' });
        const encrypting = await openS3BlobStore({ ...options, ...settings, endpoint: proxy.endpoint });
        await expect(encrypting.startUpload(randomUUID())).rejects.toMatchObject({ reason: 'storage.failing' });
        expect(proxy.seen[0]).toMatchObject({ method: 'PUT', headers });
      });
    });
  });
});

async function optionsFor(server: S3Server): Promise<S3Options> {
  return {
    endpoint: server.endpoint,
    region: server.region,
    credentials: { accessKeyId: server.accessKey, secretAccessKey: server.secretKey },
    bucket: await server.makeBucket(),
    forcePathStyle: true,
    rootDirectory: '',
    encrypt: false,
    chunkBytes: PART,
  };
}

const clientOf = ({ endpoint, region, credentials }: S3Options) =>
  new S3Client({ endpoint, region, credentials, forcePathStyle: true });

async function multiparts(options: S3Options): Promise<string[]> {
  const { Uploads = [] } = await clientOf(options).send(new ListMultipartUploadsCommand({ Bucket: options.bucket }));
  return Uploads.map(({ Key = '' }) => Key);
}

const layoutKey = (bytes: Buffer) => blobKey(digestOf(bytes));

async function start(store: BlobStore) {
  const id = randomUUID();
  await store.startUpload(id);
  return { id };
}

async function* chunks(bytes: Buffer, fails = false) {
  for (let from = 0; from < bytes.length; from += 65_536) yield bytes.subarray(from, from + 65_536);
  if (fails) throw new Error('the client went away');
}

/** Bytes that were stored, whatever happened then. */
async function append(store: BlobStore, upload: UploadHandle, offset: number, body: Buffer | AsyncIterable<Buffer>) {
  let seen = 0;
  const stream = Buffer.isBuffer(body) ? chunks(body) : body;
  await store.appendUpload(upload, offset, stream, (chunk) => void (seen += chunk.length)).catch(() => 0);
  return seen;
}

async function put(store: BlobStore, bytes: Buffer): Promise<string> {
  const upload = await start(store);
  await append(store, upload, 0, bytes);
  return (await store.finishUpload(upload, bytes.length, layoutKey(bytes))) ?? layoutKey(bytes);
}

async function drain(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const found: Buffer[] = [];
  for await (const chunk of stream) found.push(chunk);
  return Buffer.concat(found);
}

const bytesOf = async (store: BlobStore, key: string) => drain(await store.read(key));

async function all(entries: AsyncIterable<StoredEntry>): Promise<StoredEntry[]> {
  const found: StoredEntry[] = [];
  for await (const entry of entries) found.push(entry);
  return found;
}
