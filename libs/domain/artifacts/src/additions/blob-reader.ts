import type { Readable } from 'node:stream';

/** Reads small blobs of a repository, from whoever owns the bytes (decision 16). */
export interface BlobReader {
  /** Throws BLOB_UNKNOWN, REQUEST_ENTITY_TOO_LARGE beyond `maxBytes`, UNAVAILABLE. */
  open(repository: string, digest: string, maxBytes: number): Promise<Readable>;
}

export const BLOB_READER = Symbol('BLOB_READER');
