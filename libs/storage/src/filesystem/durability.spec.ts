import { randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import fs, { type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { digestOf } from '@breakwater/kernel';
import { blobKey } from '../layout';
import { FilesystemBlobStore } from './filesystem-blob-store';

let parent: string;
let root: string;
/** What was made durable or visible, in order, with paths relative to the root's parent. */
let steps: string[];

beforeEach(async () => {
  parent = await fs.mkdtemp(join(tmpdir(), 'durability-'));
  root = join(parent, 'storage');
  steps = [];
  await recordSteps();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await fs.rm(parent, { recursive: true });
});

async function recordSteps(): Promise<void> {
  const handle = await fs.open(parent);
  const prototype: FileHandle = Object.getPrototypeOf(handle);
  await handle.close();
  const { sync, datasync } = prototype;
  const { rename } = fs;
  const name = (path: string) => relative(parent, path) || '.';
  jest.spyOn(prototype, 'sync').mockImplementation(async function (this: FileHandle) {
    await sync.call(this);
    steps.push(`sync ${name(readlinkSync(`/proc/self/fd/${this.fd}`))}`);
  });
  jest.spyOn(prototype, 'datasync').mockImplementation(async function (this: FileHandle) {
    await datasync.call(this);
    steps.push(`datasync ${name(readlinkSync(`/proc/self/fd/${this.fd}`))}`);
  });
  jest.spyOn(fs, 'rename').mockImplementation(async (from, to) => {
    await rename(from, to);
    steps.push(`rename ${name(String(to))}`);
  });
}

async function put(store: FilesystemBlobStore, text: string): Promise<{ id: string; folder: string }> {
  const upload = { id: randomUUID() };
  const bytes = Buffer.from(text);
  const key = blobKey(digestOf(bytes));
  await store.startUpload(upload.id);
  await store.appendUpload(upload, 0, Readable.from([bytes]), () => undefined);
  await store.finishUpload(upload, bytes.length, key);
  return { id: upload.id, folder: `storage/${dirname(key)}` };
}

const v2 = 'storage/docker/registry/v2';

/** The steps, with the two fsyncs that follow the rename, and run side by side, in one order. */
function ordered(): string[] {
  const renamed = steps.findIndex((step) => step.startsWith('rename')) + 1;
  return [...steps.slice(0, renamed), ...steps.slice(renamed, renamed + 2).sort(), ...steps.slice(renamed + 2)];
}

describe('durability of FilesystemBlobStore', () => {
  it('syncs bytes, then the name, then every folder that was made', async () => {
    const { id, folder } = await put(new FilesystemBlobStore(root), 'first');
    expect(ordered()).toEqual([
      'sync .', // the root's own name: the root was made by the first upload
      `datasync ${v2}/uploads/${id}`,
      `rename ${folder}/data`,
      `sync ${dirname(folder)}`,
      `sync ${folder}`,
      'sync storage',
      'sync storage/docker',
      'sync storage/docker/registry',
      `sync ${v2}`,
      `sync ${v2}/blobs`,
      `sync ${v2}/blobs/sha256`,
    ]);
  });

  it('syncs two folders once the upper ones are known to be durable', async () => {
    const store = new FilesystemBlobStore(root);
    await put(store, 'again');
    steps = [];
    const { id, folder } = await put(store, 'again');
    expect(ordered()).toEqual([
      `datasync ${v2}/uploads/${id}`,
      `rename ${folder}/data`,
      `sync ${dirname(folder)}`,
      `sync ${folder}`,
    ]);
  });

  it('trusts no folder that it has not synced itself', async () => {
    await put(new FilesystemBlobStore(root), 'mine');
    steps = [];
    await put(new FilesystemBlobStore(root), 'mine');
    expect(steps).toContain(`sync ${v2}/blobs/sha256`);
    expect(steps).toContain('sync storage');
  });

  it('syncs a folder that was removed by hand and made again', async () => {
    const store = new FilesystemBlobStore(root);
    await put(store, 'text');
    await fs.rm(join(root, 'docker/registry/v2/blobs/sha256'), { recursive: true });
    steps = [];
    await put(store, 'text');
    expect(steps).toContain(`sync ${v2}/blobs`);
    expect(steps).not.toContain('sync storage');
  });

  it('syncs above the root as far as folders were made', async () => {
    root = join(parent, 'a/b');
    await new FilesystemBlobStore(root).startUpload(randomUUID());
    expect(steps).toEqual(['sync a', 'sync .']);
  });
});
