import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeBlobStore } from '../blob-store.suite';
import { FilesystemBlobStore } from './filesystem-blob-store';

describeBlobStore('filesystem', async () => {
  const root = await mkdtemp(join(tmpdir(), 'blob-store-'));
  return { store: new FilesystemBlobStore(root), remove: () => rm(root, { recursive: true }) };
});
