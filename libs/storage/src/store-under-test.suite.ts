import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { digestOf } from '@breakwater/kernel';
import type { BlobStore } from './blob-store';
import { blobKey } from './layout';

/** A store that is empty, and how to remove it. Test code only. */
export interface StoreUnderTest {
  store: BlobStore;
  /** Puts a file there that the store did not make. */
  place(path: string, content: string): Promise<void>;
  remove(): Promise<void>;
}

/** Stores a blob as an upload does, and answers its key. */
export async function putBlob(
  store: BlobStore,
  bytes: Buffer,
  algorithm: 'sha256' | 'sha512' = 'sha256',
): Promise<string> {
  const upload = { id: randomUUID() };
  await store.startUpload(upload.id);
  await store.appendUpload(upload, 0, Readable.from([bytes]), () => undefined);
  const key = blobKey(digestOf(bytes, algorithm));
  return (await store.finishUpload(upload, bytes.length, key)) ?? key;
}

/** All that a walk or a stream brings. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
