import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { digestOf } from '@breakwater/kernel';
import { blobKey } from '../layout';
import { FilesystemBlobStore } from './filesystem-blob-store';

/** Requests of one upload reach one process and another in turns; each keeps files open for a while. */
describe('FilesystemBlobStore beside another on the same folder', () => {
  const bytes = randomBytes(10_000);
  const key = blobKey(digestOf(bytes));
  const upload = { id: '' };
  let root: string;
  let [one, other]: FilesystemBlobStore[] = [];

  const append = (store: FilesystemBlobStore | undefined, offset: number, chunk: Buffer) =>
    store!.appendUpload(upload, offset, Readable.from([chunk]), () => undefined);
  const blob = () => readFile(join(root, key));

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'two-processes-'));
    [one, other] = [new FilesystemBlobStore(root), new FilesystemBlobStore(root)];
    upload.id = randomUUID();
    await one.startUpload(upload.id);
  });
  afterEach(() => rm(root, { recursive: true }));

  it('makes no blob of bytes that the other wrote and did not count', async () => {
    await append(one, 0, bytes);
    await append(other, bytes.length, randomBytes(500));
    await one!.finishUpload(upload, bytes.length, key);
    expect((await blob()).equals(bytes)).toBe(true);
  });

  it('goes on where the other has written further than was counted', async () => {
    await append(one, 0, bytes.subarray(0, 4_000));
    await append(other, 4_000, randomBytes(8_000));
    await append(one, 4_000, bytes.subarray(4_000));
    await other!.finishUpload(upload, bytes.length, key);
    expect((await blob()).equals(bytes)).toBe(true);
  });

  it('writes nothing into what the other made a blob', async () => {
    await append(one, 0, bytes);
    await other!.finishUpload(upload, bytes.length, key);
    await expect(append(one, bytes.length, randomBytes(500))).rejects.toMatchObject({ code: 'BLOB_UPLOAD_UNKNOWN' });
    await expect(one!.finishUpload(upload, bytes.length, key)).rejects.toMatchObject({ code: 'BLOB_UPLOAD_UNKNOWN' });
    expect((await blob()).equals(bytes)).toBe(true);
  });

  it('does not cut what the other made a blob', async () => {
    await append(one, 0, bytes.subarray(0, 4_000));
    await append(other, 4_000, bytes.subarray(4_000));
    await other!.finishUpload(upload, bytes.length, key);
    await expect(one!.finishUpload(upload, 4_000, key)).rejects.toMatchObject({ code: 'BLOB_UPLOAD_UNKNOWN' });
    expect((await blob()).equals(bytes)).toBe(true);
  });
});
