import { maxReadBytes } from '@breakwater/contracts';
import { AppError } from '@breakwater/kernel';
import type { BlobStore } from '@breakwater/storage';

/** Reads blobs with signatures from the store, whole. Throws BLOB_UNKNOWN, REQUEST_ENTITY_TOO_LARGE, UNAVAILABLE. */
export function signatureBytes(store: BlobStore): (storageKey: string) => Promise<Buffer> {
  return async (storageKey) => {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of await store.read(storageKey)) {
      size += (chunk as Buffer).length;
      if (size > maxReadBytes)
        throw new AppError('REQUEST_ENTITY_TOO_LARGE', `the blob has more than ${maxReadBytes} bytes`);
      chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks);
  };
}
