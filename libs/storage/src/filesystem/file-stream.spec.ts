import { randomBytes, randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { digestOf } from '@breakwater/kernel';
import { blobKey } from '../layout';
import { FilesystemBlobStore } from './filesystem-blob-store';

let root: string;
let store: FilesystemBlobStore;

beforeEach(async () => {
  root = await fs.mkdtemp(join(tmpdir(), 'file-stream-'));
  store = new FilesystemBlobStore(root);
});
afterEach(() => fs.rm(root, { recursive: true }));

async function put(bytes: Buffer): Promise<string> {
  const upload = { id: randomUUID() };
  const key = blobKey(digestOf(bytes));
  await store.startUpload(upload.id);
  await store.appendUpload(upload, 0, Readable.from([bytes]), () => undefined);
  await store.finishUpload(upload, bytes.length, key);
  return key;
}

/** Takes one chunk at a time, and keeps a copy: the chunk's own bytes are somebody else's soon. */
function slowReader(): { target: Writable; received: () => Buffer } {
  const chunks: Buffer[] = [];
  const target = new Writable({
    highWaterMark: 1,
    write: (chunk: Buffer, _, done) =>
      void turn().then(() => {
        chunks.push(Buffer.from(chunk));
        done();
      }),
  });
  return { target, received: () => Buffer.concat(chunks) };
}

describe('copyTo', () => {
  it.each([3_000_000, 1_048_576, 1, 0])('copies %i bytes into a stream that takes its time', async (size) => {
    const bytes = randomBytes(size);
    const { target, received } = slowReader();
    await store.copyTo(await put(bytes), () => target);
    expect(received().equals(bytes)).toBe(true);
    expect(target.writableEnded).toBe(true);
  });

  it('keeps several copies apart, and copies parts', async () => {
    const blobs = Array.from({ length: 5 }, () => randomBytes(2_500_000));
    const keys = await Promise.all(blobs.map(put));
    for (let round = 0; round < 2; round++) {
      const readers = keys.map(() => slowReader());
      await Promise.all(
        keys.map((key, index) => store.copyTo(key, () => readers[index]!.target, { start: index, end: 2_000_000 })),
      );
      for (const [index, { received }] of readers.entries())
        expect(received().equals(blobs[index]!.subarray(index, 2_000_001))).toBe(true);
    }
  });

  it('ends with who has gone', async () => {
    const gone = new Writable({ write: () => void gone.destroy() });
    const key = await put(randomBytes(3_000_000));
    await expect(store.copyTo(key, () => gone)).rejects.toThrow('gone');
  });

  it('begins nothing for what is not there', async () => {
    const begin = jest.fn();
    await expect(store.copyTo(blobKey(digestOf(Buffer.from('never'))), begin)).rejects.toMatchObject({
      code: 'BLOB_UNKNOWN',
    });
    expect(begin).not.toHaveBeenCalled();
  });
});
