import { createHash, randomBytes, randomUUID } from 'node:crypto';
import fs, { type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { digestOf } from '@breakwater/kernel';
import { luckBySeed, PowerLossDisk } from '@breakwater/testing';
import type { UploadHandle } from '../blob-store';
import { blobKey, digestOfKey } from '../layout';
import { FilesystemBlobStore } from './filesystem-blob-store';

interface Acknowledged {
  step: number;
  key: string;
  bytes: Buffer;
}

const seeds = Array.from({ length: 6 }, (_, index) => index + 1);

let folder: string;
let disk: PowerLossDisk;
let store: FilesystemBlobStore;
let acknowledged: Acknowledged[];

beforeEach(async () => {
  folder = await fs.mkdtemp(join(tmpdir(), 'power-loss-'));
  await fs.mkdir(join(folder, 'storage'));
  disk = await PowerLossDisk.watch(join(folder, 'storage'));
  store = new FilesystemBlobStore(disk.root);
  acknowledged = [];
});
afterEach(async () => {
  disk.stop();
  jest.restoreAllMocks();
  await fs.rm(folder, { recursive: true });
});

async function start(): Promise<UploadHandle> {
  const id = randomUUID();
  await store.startUpload(id);
  return { id };
}

/** An upload in as many appends as `chunks` says, finished and acknowledged. */
async function put(bytes: Buffer, chunks = 1): Promise<void> {
  const upload = await start();
  const chunkBytes = Math.ceil(bytes.length / chunks);
  for (let offset = 0; offset < bytes.length; offset += chunkBytes) {
    const chunk = bytes.subarray(offset, offset + chunkBytes);
    await store.appendUpload(upload, offset, Readable.from([chunk]), () => undefined);
  }
  const key = blobKey(digestOf(bytes));
  await store.finishUpload(upload, bytes.length, key);
  acknowledged.push({ step: disk.steps, key, bytes });
}

/** An append that broke after `kept` bytes, gone on with from there. */
async function putInterrupted(bytes: Buffer, kept: number): Promise<void> {
  const upload = await start();
  await store.appendUpload(upload, 0, Readable.from([bytes.subarray(0, kept), randomBytes(999)]), () => undefined);
  await store.appendUpload(upload, kept, Readable.from([bytes.subarray(kept)]), () => undefined);
  const key = blobKey(digestOf(bytes));
  await store.finishUpload(upload, bytes.length, key);
  acknowledged.push({ step: disk.steps, key, bytes });
}

async function cancelled(): Promise<void> {
  const upload = await start();
  await store.appendUpload(upload, 0, Readable.from([randomBytes(3_000)]), () => undefined);
  await store.cancelUpload(upload);
}

/** Uploads of every kind at once, some of them of the same bytes, onto an empty folder and onto one with blobs. */
async function uploadsAtOnce(): Promise<void> {
  const shared = randomBytes(5_000);
  const some = () => Array.from({ length: 6 }, (_, index) => put(randomBytes(1_000 * (index + 1)), index + 1));
  await Promise.all([...some(), put(shared), put(shared, 3), putInterrupted(randomBytes(4_000), 1_500), cancelled()]);
  await Promise.all([...some(), put(shared), put(shared, 2), putInterrupted(shared, 700), cancelled(), start()]);
}

/** What is wrong after a power cut at `step`. */
function lost(step: number, seed?: number): string[] {
  const left = disk.leftAfter(step, seed === undefined ? undefined : luckBySeed(seed));
  const gone = acknowledged
    .filter((blob) => blob.step <= step)
    .filter(({ key, bytes }) => !left.get(key)?.equals(bytes))
    .map(({ key }) => `step ${step}, seed ${seed}: ${key} was acknowledged and is lost`);
  const damaged = [...left].flatMap(([path, bytes]) => {
    const digest = bytes && digestOfKey(path);
    if (!digest || digest === digestOf(bytes)) return [];
    return [`step ${step}, seed ${seed}: ${path} has other bytes than its name says`];
  });
  return [...gone, ...damaged];
}

describe('FilesystemBlobStore and a power cut', () => {
  it('loses nothing acknowledged, whenever the power goes', async () => {
    await uploadsAtOnce();
    expect(await disk.differences()).toEqual([]);
    expect(acknowledged).toHaveLength(18);
    expect(disk.steps).toBeGreaterThan(200);
    for (let step = 0; step <= disk.steps; step++) {
      for (const seed of [undefined, ...seeds]) expect(lost(step, seed)).toEqual([]);
    }
  });

  it('reads what is left with a new process, and takes new uploads there', async () => {
    await uploadsAtOnce();
    disk.stop();
    const to = join(folder, 'left');
    await fs.mkdir(to);
    await disk.copyLeftAfter(disk.steps, { to, luck: luckBySeed(7) });
    store = new FilesystemBlobStore(to);
    await put(Buffer.from('after the power cut'));
    for (const { key, bytes } of acknowledged) {
      const hash = createHash('sha256');
      for await (const chunk of await store.read(key)) hash.update(chunk as Buffer);
      expect(hash.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
  });

  it('never answers when the power goes before the bytes are safe', async () => {
    disk.cutPowerAt(9);
    const answered = jest.fn();
    put(randomBytes(2_000)).then(answered, () => undefined);
    await disk.gone;
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).not.toHaveBeenCalled();
    expect([...disk.leftAfter(disk.steps).keys()].filter((path) => digestOfKey(path))).toEqual([]);
  });
});

/** The tests above would be worth nothing if they passed with a driver that forgets to fsync. */
describe('PowerLossDisk', () => {
  const without = async (name: 'sync' | 'datasync') => {
    disk.stop();
    const handle = await fs.open(folder);
    jest.spyOn(Object.getPrototypeOf(handle) as FileHandle, name).mockResolvedValue(undefined);
    await handle.close();
    // Watches below the mock: what is mocked is not seen.
    const watched = await PowerLossDisk.watch(disk.root);
    jest.spyOn(Object.getPrototypeOf(handle) as FileHandle, name).mockResolvedValue(undefined);
    disk = watched;
  };

  it('loses names when no folder is fsynced', async () => {
    await without('sync');
    await put(randomBytes(1_000));
    expect(lost(disk.steps)).toEqual([expect.stringContaining('was acknowledged and is lost')]);
  });

  it('loses bytes when the file is not fsynced', async () => {
    await without('datasync');
    await put(randomBytes(1_000));
    expect(lost(disk.steps)).toEqual([expect.stringContaining('is lost'), expect.stringContaining('has other bytes')]);
  });

  it('notices what goes past it', async () => {
    await put(randomBytes(1_000));
    disk.stop();
    const [{ key }] = acknowledged as [Acknowledged];
    await fs.appendFile(join(disk.root, key), 'more');
    await fs.writeFile(join(disk.root, dirname(key), 'other'), '');
    expect(await disk.differences()).toEqual([key, join(dirname(key), 'other')]);
  });
});
