import { randomBytes, randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { digestOf } from '@breakwater/kernel';
import fc from 'fast-check';
import type { BlobStore, UploadHandle } from './blob-store';
import { blobKey } from './layout';
import { describeQuarantine, describeRepositories } from './repositories.suite';
import { all, putBlob, type StoreUnderTest } from './store-under-test.suite';

const MEBIBYTE = 1024 * 1024;
/** A driver may hold this much of a stream in memory (two parts of an S3 multipart upload). */
const HELD_BYTES = 16 * MEBIBYTE;

let store: BlobStore;

/**
 * What every driver does, whatever lies below it. Test code only: a driver's spec calls it with a function that
 * makes an empty store.
 */
export function describeBlobStore(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`blob store: ${name}`, () => {
    let current: StoreUnderTest;

    beforeEach(async () => {
      current = await makeStore();
      store = current.store;
    });
    afterEach(() => current.remove());

    describe('uploads', describeUploads);
    describe('uploads that go wrong', describeFailures);
    describe('finishing', describeFinish);
    describe('reads', describeReads);
    describe('deletes', describeDeletes);
    describe('walks', describeWalks);
    describe('repositories of distribution', () => describeRepositories(() => current));
    describe('quarantine', () => describeQuarantine(() => current));
    describe('hostile names', describeHostileNames);
  });
}

function describeUploads(): void {
  it('stores an empty blob', async () => {
    const key = await put(Buffer.alloc(0));
    expect(await store.stat(key)).toMatchObject({ size: 0 });
    expect(await bytesOf(await store.read(key))).toHaveLength(0);
  });

  it('joins appends', async () => {
    const parts = [randomBytes(10), randomBytes(300_000), Buffer.alloc(0), randomBytes(1)];
    const upload = await start();
    let size = 0;
    for (const part of parts) {
      const { written, seen } = await append(upload, size, [part]);
      expect(seen.equals(part)).toBe(true);
      expect(written).toBe(size + part.length);
      size = written;
    }
    const key = await finish(upload, Buffer.concat(parts));
    expect((await bytesOf(await store.read(key))).equals(Buffer.concat(parts))).toBe(true);
  });

  it('shows every byte to onBytes in order, however the body is cut', async () => {
    const bytes = randomBytes(700_000);
    const upload = await start();
    const chunks = [bytes.subarray(0, 1), Buffer.alloc(0), bytes.subarray(1, 600_000), bytes.subarray(600_000)];
    expect((await append(upload, 0, chunks)).seen.equals(bytes)).toBe(true);
    const tiny = Array.from(bytes.subarray(0, 5000), (_, index) => bytes.subarray(index, index + 1));
    const { written, seen } = await append(upload, 0, tiny);
    expect(written).toBe(5000);
    expect(seen.equals(bytes.subarray(0, 5000))).toBe(true);
  });

  it('drops bytes beyond the offset before it appends', async () => {
    const upload = await start();
    await append(upload, 0, [Buffer.from('0123456789')]);
    expect((await append(upload, 4, [Buffer.from('ab')])).written).toBe(6);
    expect(String(await bytesOf(await store.readUpload(upload, 6)))).toBe('0123ab');
    expect(String(await bytesOf(await store.readUpload(upload, 3)))).toBe('012');
    await expect(store.readUpload(upload, 7)).rejects.toMatchObject({ code: 'RANGE_INVALID' });
  });

  it('streams 64 MiB without holding it', async () => {
    const upload = await start();
    const chunk = randomBytes(64 * 1024);
    let given = 0;
    let seen = 0;
    let ahead = 0;
    async function* body() {
      while (given < 64 * MEBIBYTE) {
        given += chunk.length;
        ahead = Math.max(ahead, given - seen);
        yield chunk;
        await turn();
      }
    }
    await store.appendUpload(upload, 0, body(), (bytes) => void (seen += bytes.length));
    expect(seen).toBe(64 * MEBIBYTE);
    expect(ahead).toBeLessThanOrEqual(HELD_BYTES);
    const key = await finish(upload, chunk, seen);

    const stream = await store.read(key);
    let read = 0;
    let held = 0;
    for await (const bytes of stream) {
      read += bytes.length;
      held = Math.max(held, stream.readableLength);
      await turn();
    }
    expect(read).toBe(64 * MEBIBYTE);
    expect(held).toBeLessThanOrEqual(HELD_BYTES);
  });

  it('makes the same blob of any cuts into appends, with failures between them', async () => {
    const chunk = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 400_000 }));
    const request = fc.record({
      chunks: fc.array(chunk, { maxLength: 4 }),
      fails: fc.boolean(),
      /** How much of what was stored the session forgets: its row was not written. */
      forgets: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 500_000 })),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { maxLength: 8 }),
        fc.integer({ min: 0, max: 1_000_000 }),
        async (requests, length) => {
          const bytes = randomBytes(length);
          const upload = await start();
          let stored = 0;
          for (const { chunks, fails, forgets } of [...requests, { chunks: [length], fails: false, forgets: 0 }]) {
            const offset = Math.max(0, stored - forgets);
            const sent = cut(bytes, offset, chunks);
            const { seen, error } = await append(upload, offset, sent, fails);
            expect(seen.equals(Buffer.concat(sent))).toBe(true);
            expect(error).toBe(fails ? brokenBody : undefined);
            stored = offset + seen.length;
          }
          const key = await finish(upload, bytes);
          expect((await bytesOf(await store.read(key))).equals(bytes)).toBe(true);
          await store.delete([key]);
        },
      ),
      { numRuns: 40 },
    );
  });
}

function describeFailures(): void {
  it('keeps what came before the body failed, and resumes there', async () => {
    const bytes = randomBytes(600_000);
    const upload = await start();
    const { seen, error } = await append(
      upload,
      0,
      [bytes.subarray(0, 300_000), bytes.subarray(300_000, 300_100)],
      true,
    );
    expect(error).toBe(brokenBody);
    expect(seen.equals(bytes.subarray(0, 300_100))).toBe(true);
    expect((await append(upload, 300_100, [bytes.subarray(300_100)])).written).toBe(600_000);
    const key = await finish(upload, bytes);
    expect((await bytesOf(await store.read(key))).equals(bytes)).toBe(true);
  });

  it('refuses to leave a gap', async () => {
    const upload = await start();
    await append(upload, 0, [Buffer.from('abc')]);
    const refusal = { code: 'RANGE_INVALID', params: { size: 3 } };
    expect((await append(upload, 4, [Buffer.from('x')])).error).toMatchObject(refusal);
    await expect(store.readUpload(upload, 4)).rejects.toMatchObject(refusal);
    await expect(store.finishUpload(upload, 4, keyOf(Buffer.from('abc')))).rejects.toMatchObject(refusal);
    expect((await append(upload, 3, [Buffer.from('d')])).written).toBe(4);
  });

  it('cancels, twice and before anything was written', async () => {
    const upload = await start();
    await append(upload, 0, [Buffer.from('abc')]);
    await Promise.all([store.cancelUpload(upload), store.cancelUpload(upload)]);
    await store.cancelUpload(upload);
    await store.cancelUpload({ ...upload, id: randomUUID() });
    const unknown = { code: 'BLOB_UPLOAD_UNKNOWN' };
    expect((await append(upload, 0, [Buffer.from('x')])).error).toMatchObject(unknown);
    await expect(store.readUpload(upload, 0)).rejects.toMatchObject(unknown);
    await expect(store.finishUpload(upload, 0, keyOf(Buffer.alloc(0)))).rejects.toMatchObject(unknown);
    expect(await all(store.walkUploads())).toEqual([]);
  });

  it.each([
    ['cancel', (upload: UploadHandle) => store.cancelUpload(upload)],
    ['finish', (upload: UploadHandle) => store.finishUpload(upload, 0, keyOf(Buffer.alloc(0)))],
  ])('lets no append write after a %s that overtook it', async (_, overtake) => {
    const upload = await start();
    const seen: Buffer[] = [];
    async function* body() {
      yield randomBytes(10);
      await overtake(upload);
      yield randomBytes(300_000);
    }
    await expect(store.appendUpload(upload, 0, body(), (chunk) => void seen.push(chunk))).rejects.toMatchObject({
      name: 'AppError',
    });
    expect(seen).toEqual([]);
    expect(await all(store.walkUploads())).toEqual([]);
    for (const { size } of await all(store.walk())) expect(size).toBe(0);
  });
}

function describeFinish(): void {
  it('takes the first bytes only, once', async () => {
    const upload = await start();
    await append(upload, 0, [Buffer.from('abcdef')]);
    const key = await finish(upload, Buffer.from('abc'));
    expect(String(await bytesOf(await store.read(key)))).toBe('abc');
    await expect(store.finishUpload(upload, 3, keyOf(Buffer.from('abc')))).rejects.toMatchObject({
      code: 'BLOB_UPLOAD_UNKNOWN',
    });
    expect(String(await bytesOf(await store.read(key)))).toBe('abc');
    expect(await all(store.walkUploads())).toEqual([]);
  });

  it('dates the blob by the finish', async () => {
    const before = Date.now();
    const stat = await store.stat(await put(Buffer.from('abc')));
    // File systems and object stores round times.
    expect(stat?.modifiedAt.getTime()).toBeGreaterThanOrEqual(before - 2000);
    expect(stat?.modifiedAt.getTime()).toBeLessThanOrEqual(Date.now() + 2000);
  });

  it('finishes several uploads of one blob at once', async () => {
    const bytes = randomBytes(100_000);
    const keys = await Promise.all(Array.from({ length: 12 }, () => put(bytes)));
    for (const key of keys) expect((await bytesOf(await store.read(key))).equals(bytes)).toBe(true);
    expect(await all(store.walkUploads())).toEqual([]);
  });

  it('finishes one upload once when asked twice at once', async () => {
    const upload = await start();
    await append(upload, 0, [Buffer.from('abc')]);
    const layoutKey = keyOf(Buffer.from('abc'));
    const finishing = () => store.finishUpload(upload, 3, layoutKey);
    const results = await Promise.allSettled([finishing(), finishing()]);
    const [key = layoutKey] = results.flatMap((result) =>
      result.status === 'fulfilled' ? (result.value ?? layoutKey) : [],
    );
    const refused = results.filter((result) => result.status === 'rejected');
    expect(results.filter((result) => result.status === 'fulfilled').length + refused.length).toBe(2);
    expect(refused.length).toBeLessThanOrEqual(1);
    for (const { reason } of refused) expect(reason).toMatchObject({ name: 'AppError' });
    expect(String(await bytesOf(await store.read(key)))).toBe('abc');
  });

  it('finishes and deletes one blob at once', async () => {
    const bytes = randomBytes(1000);
    let key = keyOf(bytes);
    for (let round = 0; round < 20; round += 1) {
      [key] = await Promise.all([put(bytes), put(bytes), store.delete([key]), store.delete([key])]);
    }
    expect((await bytesOf(await store.read(await put(bytes)))).equals(bytes)).toBe(true);
  });
}

function describeReads(): void {
  it.each([
    ['first byte', 0, 0],
    ['middle', 100, 1_499_999],
    ['last byte', 2_999_999, 2_999_999],
    ['all', 0, 2_999_999],
    ['end beyond the blob', 2_999_990, 9_999_999],
  ])('reads a range: %s', async (_, from, to) => {
    const bytes = randomBytes(3_000_000);
    const key = await put(bytes);
    const found = await bytesOf(await store.read(key, { start: from, end: to }));
    expect(found.equals(bytes.subarray(from, to + 1))).toBe(true);
  });

  it.each([
    ['start at the size', 3, 3],
    ['start beyond the size', 10, 20],
    ['end before start', 2, 1],
    ['negative start', -1, 1],
    ['fraction', 0.5, 1],
  ])('refuses a range: %s', async (_, from, to) => {
    const key = await put(Buffer.from('abc'));
    await expect(store.read(key, { start: from, end: to })).rejects.toMatchObject({ code: 'RANGE_INVALID' });
  });

  it('has no range of an empty blob', async () => {
    const key = await put(Buffer.alloc(0));
    await expect(store.read(key, { start: 0, end: 0 })).rejects.toMatchObject({ code: 'RANGE_INVALID' });
  });

  it('knows nothing of a blob that was not stored', async () => {
    const key = keyOf(Buffer.from('never'));
    expect(await store.stat(key)).toBeUndefined();
    await expect(store.read(key)).rejects.toMatchObject({ code: 'BLOB_UNKNOWN' });
  });

  it('reads on while the blob is stored again', async () => {
    const bytes = randomBytes(5 * MEBIBYTE);
    const key = await put(bytes);
    const parts: Buffer[] = [];
    for await (const chunk of await store.read(key)) {
      if (parts.length === 0) await put(bytes);
      parts.push(chunk);
    }
    expect(Buffer.concat(parts).equals(bytes)).toBe(true);
  });

  it('stops when the reader goes away', async () => {
    const stream = await store.read(await put(randomBytes(5 * MEBIBYTE)));
    for await (const chunk of stream) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(stream.destroyed).toBe(true);
  });

  it('keeps sha256 and sha512 apart', async () => {
    const bytes = randomBytes(1000);
    const long = await put(bytes, 'sha512');
    const short = await put(bytes, 'sha256');
    for (const key of [long, short]) expect((await bytesOf(await store.read(key))).equals(bytes)).toBe(true);
    await store.delete([short]);
    expect(await store.stat(long)).toMatchObject({ size: 1000 });
  });
}

function describeDeletes(): void {
  it('deletes what is there and leaves the rest', async () => {
    const [first, second, third] = [await put(randomBytes(10)), await put(randomBytes(20)), await put(randomBytes(30))];
    await Promise.all([store.delete([]), store.delete([first, keyOf(Buffer.from('never')), third])]);
    await store.delete([first]);
    expect(await store.stat(first)).toBeUndefined();
    await expect(store.read(third)).rejects.toMatchObject({ code: 'BLOB_UNKNOWN' });
    expect((await all(store.walk())).map((entry) => entry.key)).toEqual([second]);
  });

  it('leaves what has not been begun when it is told to end', async () => {
    const key = await put(randomBytes(10));
    expect(await store.delete([key], { signal: AbortSignal.abort(brokenBody) })).toEqual([{ key, error: brokenBody }]);
    expect(await store.stat(key)).toMatchObject({ size: 10 });
  });

  it('stores a deleted blob again', async () => {
    const bytes = randomBytes(10);
    await store.delete([await put(bytes)]);
    expect(await store.stat(await put(bytes))).toMatchObject({ size: 10 });
  });
}

function describeWalks(): void {
  it('finds nothing in an empty store', async () => {
    expect(await all(store.walk())).toEqual([]);
    expect(await all(store.walkUploads())).toEqual([]);
  });

  it('finds every blob, in key order, and no upload', async () => {
    const keys: string[] = [];
    for (let size = 0; size < 40; size += 1) {
      keys.push(await put(randomBytes(size), size % 4 === 0 ? 'sha512' : 'sha256'));
    }
    await append(await start(), 0, [Buffer.from('abc')]);
    const found = await all(store.walk());
    const sorted = keys.sort();
    expect(found.map((entry) => entry.key)).toEqual(sorted);
    for (const { key, ...stat } of found) expect(stat).toEqual(await store.stat(key));
    for (const [index, after] of sorted.entries()) {
      expect((await all(store.walk(after))).map((entry) => entry.key)).toEqual(sorted.slice(index + 1));
    }
  });

  it('goes on when blobs vanish during the walk', async () => {
    const keys = [];
    for (let count = 0; count < 10; count += 1) keys.push(await put(randomBytes(50)));
    const found: string[] = [];
    for await (const { key } of store.walk()) {
      found.push(key);
      await store.delete(keys.filter((other) => other !== key));
    }
    expect(keys).toEqual(expect.arrayContaining(found));
    expect(found).toContain([...keys].sort()[0]);
  });

  it('finds every upload with its size', async () => {
    const [one, two] = [await start(), await start()];
    await append(two, 0, [Buffer.from('abc')]);
    await put(Buffer.from('a blob'));
    const found = (await all(store.walkUploads())).map(({ key, size }) => ({ key, size }));
    const expected = [
      { key: one.id, size: 0 },
      { key: two.id, size: 3 },
    ];
    expect(found).toEqual(expected.sort((a, b) => (a.key < b.key ? -1 : 1)));
  });
}

function describeHostileNames(): void {
  const names = [
    '',
    '.',
    '..',
    '../../etc/passwd',
    '/etc/passwd',
    'a/../b',
    'a\0b',
    'données',
    '／',
    'a'.repeat(5000),
    '%2e%2e',
  ];

  it.each(names)('refuses the upload id %j', async (id) => {
    const upload = { id };
    const refusal = { code: 'BLOB_UPLOAD_UNKNOWN' };
    await expect(store.startUpload(id)).rejects.toMatchObject(refusal);
    expect((await append(upload, 0, [Buffer.from('x')])).error).toMatchObject(refusal);
    await expect(store.readUpload(upload, 0)).rejects.toMatchObject(refusal);
    await expect(store.finishUpload(upload, 0, keyOf(Buffer.alloc(0)))).rejects.toMatchObject(refusal);
    await expect(store.cancelUpload(upload)).rejects.toMatchObject(refusal);
  });

  it.each([...names, 'docker/registry/v2/blobs/sha256/../../../../etc/passwd', 'docker/registry/v2/blobs'])(
    'refuses the key %j',
    async (key) => {
      const refusal = { name: 'AppError', reason: 'storage.key' };
      const upload = await start();
      await expect(store.finishUpload(upload, 0, key)).rejects.toMatchObject(refusal);
      await expect(store.stat(key)).rejects.toMatchObject(refusal);
      await expect(store.read(key)).rejects.toMatchObject(refusal);
      const kept = await put(Buffer.from('kept'));
      await expect(store.delete([kept, key])).rejects.toMatchObject(refusal);
      expect(await store.stat(kept)).toMatchObject({ size: 4 });
    },
  );
}

const brokenBody = new Error('the client went away');

async function start(): Promise<UploadHandle> {
  const id = randomUUID();
  await store.startUpload(id);
  return { id };
}

interface Appended {
  written: number;
  seen: Buffer;
  error?: unknown;
}

/** Appends chunks, then fails the body if asked to. Reports an error instead of throwing it. */
async function append(upload: UploadHandle, offset: number, chunks: Buffer[], fails = false): Promise<Appended> {
  const seen: Buffer[] = [];
  async function* body() {
    for (const chunk of chunks) {
      yield chunk;
      await turn();
    }
    if (fails) throw brokenBody;
  }
  try {
    const written = await store.appendUpload(upload, offset, body(), (chunk) => void seen.push(chunk));
    return { written, seen: Buffer.concat(seen) };
  } catch (error) {
    return { written: NaN, seen: Buffer.concat(seen), error };
  }
}

function keyOf(bytes: Buffer, algorithm: 'sha256' | 'sha512' = 'sha256'): string {
  return blobKey(digestOf(bytes, algorithm));
}

async function finish(upload: UploadHandle, bytes: Buffer, size = bytes.length): Promise<string> {
  const key = keyOf(bytes);
  return (await store.finishUpload(upload, size, key)) ?? key;
}

const put = (bytes: Buffer, algorithm?: 'sha256' | 'sha512') => putBlob(store, bytes, algorithm);

/** Cuts chunks of these lengths from `offset` on; the last ones may be short or empty. */
function cut(bytes: Buffer, offset: number, lengths: number[]): Buffer[] {
  let position = offset;
  return lengths.map((length) => bytes.subarray(position, (position += length)));
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  return Buffer.concat(await all<Buffer>(stream));
}
