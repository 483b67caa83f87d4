import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { digestOf } from '@breakwater/kernel';
import { describeBlobStore } from '../blob-store.suite';
import { blobKey } from '../layout';
import { FilesystemBlobStore } from './filesystem-blob-store';

describeBlobStore('filesystem', async () => {
  const root = await mkdtemp(join(tmpdir(), 'blob-store-'));
  return {
    store: new FilesystemBlobStore(root),
    place: async (path, content) => {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    },
    remove: () => rm(root, { recursive: true }),
  };
});

it('keeps the bytes that the session knows of, when another process wrote more and took it back', async () => {
  const root = await mkdtemp(join(tmpdir(), 'blob-store-'));
  const [here, there] = [new FilesystemBlobStore(root), new FilesystemBlobStore(root)];
  const id = randomUUID();
  await here.startUpload(id);
  const upload = { id };
  const append = (store: FilesystemBlobStore, offset: number, text: string) =>
    store.appendUpload(upload, offset, Readable.from([Buffer.from(text)]), () => undefined);
  await append(here, 0, 'first');
  await append(there, 5, ', and a chunk that is refused');
  await append(here, 5, ' second');
  await append(there, 12, ', and another one');
  const key = blobKey(digestOf(Buffer.from('first second')));
  await here.finishUpload(upload, 12, key);
  expect(await readFile(join(root, key), 'utf8')).toBe('first second');
  await rm(root, { recursive: true });
});

it('knows the size of its volume, also before its folder is made', async () => {
  const root = await mkdtemp(join(tmpdir(), 'blob-store-'));
  const { bsize, blocks } = await statfs(root);
  for (const folder of [root, join(root, 'not', 'yet')]) {
    const { total, free } = await new FilesystemBlobStore(folder).capacity();
    expect(total).toBe(bsize * blocks);
    expect(free).toBeGreaterThanOrEqual(0);
    expect(free).toBeLessThanOrEqual(total);
  }
  await rm(root, { recursive: true });
});
