import { randomBytes, randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import fs, { type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { digestOf } from '@breakwater/kernel';
import type { UploadHandle } from '../blob-store';
import { blobKey } from '../layout';
import { FilesystemBlobStore } from './filesystem-blob-store';

let root: string;
let store: FilesystemBlobStore;
let upload: UploadHandle;
let fileHandle: FileHandle;

const bytes = randomBytes(600_000);
const key = blobKey(digestOf(bytes));
const systemError = (code: string) => Object.assign(new Error(`${code}: /secret/path`), { code });
async function start(): Promise<UploadHandle> {
  const id = randomUUID();
  await store.startUpload(id);
  return { id };
}
const append = (offset = 0, body: AsyncIterable<Buffer> = Readable.from([bytes]), seen: Buffer[] = []) =>
  store.appendUpload(upload, offset, body, (chunk) => void seen.push(chunk));

beforeEach(async () => {
  root = await fs.mkdtemp(join(tmpdir(), 'storage-errors-'));
  store = new FilesystemBlobStore(root);
  upload = await start();
  const handle = await fs.open(root);
  fileHandle = Object.getPrototypeOf(handle);
  await handle.close();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await fs.rm(root, { recursive: true });
});

describe('FilesystemBlobStore when the system refuses', () => {
  it.each([
    ['ENOSPC', 'storage.full'],
    ['EDQUOT', 'storage.full'],
    ['EACCES', 'storage.denied'],
    ['EROFS', 'storage.readonly'],
    ['EIO', 'storage.failing'],
    ['EMFILE', 'storage.busy'],
    ['EXDEV', 'storage.split'],
  ])('says what to do about %s, without paths', async (code, reason) => {
    await append();
    const cause = systemError(code);
    jest.spyOn(fs, 'rename').mockRejectedValue(cause);
    const refusal = await store.finishUpload(upload, bytes.length, key).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'UNAVAILABLE', reason, cause });
    expect(String(refusal)).not.toContain('/secret/path');
    expect(await store.stat(key)).toBeUndefined();
  });

  it('passes other errors on as they are', async () => {
    const cause = systemError('EINVAL');
    jest.spyOn(fileHandle, 'datasync').mockRejectedValue(cause);
    await expect(store.finishUpload(upload, 0, key)).rejects.toBe(cause);
  });

  it('counts what a disk took before it was full, and resumes there', async () => {
    const { writev } = fileHandle;
    const spy = jest.spyOn(fileHandle, 'writev');
    spy.mockImplementationOnce(function (this: FileHandle, [first], position) {
      return writev.call(this, [(first as Buffer).subarray(0, 1000)], position);
    });
    spy.mockRejectedValueOnce(systemError('ENOSPC'));
    const seen: Buffer[] = [];
    const body = Readable.from([bytes.subarray(0, 300_000), bytes.subarray(300_000)]);
    await expect(append(0, body, seen)).rejects.toMatchObject({ reason: 'storage.full' });
    expect(Buffer.concat(seen).equals(bytes.subarray(0, 1000))).toBe(true);
    expect((await fs.stat(uploadPath())).size).toBe(1000);
    expect(await append(1000, Readable.from([bytes.subarray(1000)]))).toBe(bytes.length);
    await store.finishUpload(upload, bytes.length, key);
    expect(Buffer.concat(await (await store.read(key)).toArray()).equals(bytes)).toBe(true);
  });

  it('reports a read error and a file that became shorter', async () => {
    await append();
    await store.finishUpload(upload, bytes.length, key);
    jest.spyOn(fileHandle, 'read').mockRejectedValueOnce(systemError('EIO'));
    await expect((await store.read(key)).toArray()).rejects.toMatchObject({ reason: 'storage.failing' });
    const stream = await store.read(key);
    await fs.truncate(join(root, key), 0);
    await expect(stream.toArray()).rejects.toMatchObject({ reason: 'storage.failing' });
  });
});

describe('FilesystemBlobStore and the folder', () => {
  it('keeps files and folders to its account and group', async () => {
    await append();
    await store.finishUpload(upload, bytes.length, key);
    const mode = async (path: string) => (await fs.stat(join(root, path))).mode & 0o777;
    expect(await mode(key)).toBe(0o640 & ~process.umask());
    expect(await mode(dirname(key))).toBe(0o750 & ~process.umask());
    expect(await mode('docker')).toBe(0o750 & ~process.umask());
  });

  it('closes every file: ended, left, refused, failed', async () => {
    await append();
    await store.finishUpload(upload, bytes.length, key);
    const before = openFiles();
    upload = await start();
    const [ended, left] = [await store.read(key), await store.read(key)];
    await Promise.all([once(ended, 'close'), ended.toArray()]);
    left.read();
    left.destroy();
    await once(left, 'close');
    await expect(store.read(key, { start: bytes.length, end: bytes.length })).rejects.toThrow();
    await expect(store.readUpload(upload, 1)).rejects.toThrow();
    await expect(append(1)).rejects.toThrow();
    jest.spyOn(fileHandle, 'writev').mockRejectedValueOnce(systemError('ENOSPC'));
    await expect(append()).rejects.toThrow();
    expect(openFiles()).toEqual(before);
  });

  it('keeps the files of a bounded number of uploads open, until they end', async () => {
    const before = openFiles();
    const uploads = await Promise.all(Array.from({ length: 200 }, start));
    while (openFiles() > before + 128) await setTimeout(5);
    await Promise.all(uploads.map((one) => store.cancelUpload(one)));
    await store.cancelUpload(upload);
    while (openFiles() > before - 1) await setTimeout(5);
    expect(openFiles()).toBe(before - 1);
  });

  it('walks past what is not a blob', async () => {
    await append();
    await store.finishUpload(upload, bytes.length, key);
    const blobs = join(root, 'docker/registry/v2/blobs');
    await fs.writeFile(join(blobs, 'notes.txt'), 'by hand');
    await fs.writeFile(join(root, `${key}.tmp`), 'left by distribution');
    await fs.mkdir(join(blobs, 'sha256/zz/lost+found'), { recursive: true });
    await fs.mkdir(join(blobs, 'sha256/ff', 'f'.repeat(64), 'data'), { recursive: true });
    await fs.writeFile(join(root, 'docker/registry/v2/uploads/notes.txt'), 'by hand');
    const found = [];
    for await (const entry of store.walk()) found.push(entry.key);
    for await (const entry of store.walkUploads()) found.push(entry.key);
    expect(found).toEqual([key]);
  });

  it('makes the folder again when a delete took it before the rename', async () => {
    await append();
    const { rename } = fs;
    jest.spyOn(fs, 'rename').mockImplementationOnce(async (from, to) => {
      await fs.rmdir(dirname(String(to)));
      await rename(from, to);
    });
    await store.finishUpload(upload, bytes.length, key);
    expect(await store.stat(key)).toMatchObject({ size: bytes.length });
  });

  it('makes the folder again when a delete took it while it was looked at', async () => {
    await append();
    const mkdir = jest.spyOn(fs, 'mkdir').mockRejectedValueOnce(systemError('ENOENT'));
    await store.finishUpload(upload, bytes.length, key);
    expect(mkdir).toHaveBeenCalledTimes(2);
    expect(await store.stat(key)).toMatchObject({ size: bytes.length });
  });

  it('dates a blob by its finish, not by its last append', async () => {
    await append();
    await fs.utimes(uploadPath(), 0, 0);
    // By another process: the one that has just written to it knows that it is young.
    await new FilesystemBlobStore(root).finishUpload(upload, bytes.length, key);
    expect((await store.stat(key))?.modifiedAt.getTime()).toBeGreaterThan(Date.now() - 60_000);
  });

  it('begins anew when an upload is started again, whatever a process that died left of it', async () => {
    await append(0, Readable.from([randomBytes(700_000)]));
    await new FilesystemBlobStore(root).startUpload(upload.id);
    await append();
    await store.finishUpload(upload, bytes.length, key);
    expect(await store.stat(key)).toMatchObject({ size: bytes.length });
    expect(await buffer(await store.read(key))).toEqual(bytes);
  });

  it('lets a retry write while the append it replaces still waits for its client', async () => {
    const seen: Buffer[] = [];
    const events = new EventEmitter();
    async function* hanging() {
      yield randomBytes(300_000);
      const woken = once(events, 'wake');
      events.emit('hangs');
      await woken;
      yield randomBytes(300_000);
    }
    const hangs = once(events, 'hangs');
    const old = append(0, hanging(), seen).catch((error: unknown) => error);
    await hangs;
    await append(0, Readable.from([bytes]));
    await store.finishUpload(upload, bytes.length, key);
    events.emit('wake');
    expect(await old).toMatchObject({ reason: 'upload.superseded' });
    expect(Buffer.concat(seen)).toHaveLength(300_000);
    expect(Buffer.concat(await (await store.read(key)).toArray()).equals(bytes)).toBe(true);
  });

  it('starts no change of an upload while an older write is under way', async () => {
    const { writev } = fileHandle;
    const events = new EventEmitter();
    jest.spyOn(fileHandle, 'writev').mockImplementationOnce(async function (this: FileHandle, ...args) {
      const released = once(events, 'release');
      events.emit('writing');
      await released;
      return writev.apply(this, args);
    });
    const writing = once(events, 'writing');
    const old = append();
    await writing;
    const newer = append(0, Readable.from([Buffer.from('newer')]));
    await setTimeout(20);
    events.emit('release');
    expect(await Promise.all([old, newer])).toEqual([bytes.length, 5]);
    expect(String(await fs.readFile(uploadPath()))).toBe('newer');
  });
});

function uploadPath(): string {
  return join(root, 'docker/registry/v2/uploads', upload.id);
}

/** Of the store: others in this process come and go. */
function openFiles(): number {
  return readdirSync('/proc/self/fd').filter((fd) => fileOf(fd).startsWith(root)).length;
}

function fileOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    // The folder's own, which is closed by now.
    return '';
  }
}
