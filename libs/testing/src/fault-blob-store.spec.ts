import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { digestOf } from '@breakwater/kernel';
import { blobKey, FilesystemBlobStore } from '@breakwater/storage';
import { FaultBlobStore } from './fault-blob-store';

const bytes = Buffer.from('some bytes');
const key = blobKey(digestOf(bytes));
const full = new Error('the disk is full');

let root: string;
let store: FaultBlobStore;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fault-store-'));
  store = new FaultBlobStore(new FilesystemBlobStore(root));
});
afterEach(() => rm(root, { recursive: true }));

async function uploaded() {
  const id = randomUUID();
  await store.startUpload(id);
  const upload = { id };
  await store.appendUpload(upload, 0, Readable.from([bytes]), () => undefined);
  return upload;
}

describe('FaultBlobStore', () => {
  it('fails once, before the step', async () => {
    const upload = await uploaded();
    store.failNext('finishUpload', full);
    await expect(store.finishUpload(upload, bytes.length, key)).rejects.toBe(full);
    expect(await store.stat(key)).toBeUndefined();
    await store.finishUpload(upload, bytes.length, key);
    expect(await store.stat(key)).toMatchObject({ size: bytes.length });
  });

  it('fails after the step, which is done', async () => {
    const upload = await uploaded();
    store.failNext('finishUpload', full, 'after');
    await expect(store.finishUpload(upload, bytes.length, key)).rejects.toBe(full);
    expect(await store.stat(key)).toMatchObject({ size: bytes.length });
  });

  it('loses unfinished bytes in a power cut, finished ones not', async () => {
    await store.finishUpload(await uploaded(), bytes.length, key);
    const upload = await uploaded();
    await store.cutPower();
    expect(await store.stat(key)).toMatchObject({ size: bytes.length });
    await expect(store.finishUpload(upload, bytes.length, key)).rejects.toMatchObject({ code: 'RANGE_INVALID' });
  });
});
