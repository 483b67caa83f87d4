import type { Readable, Writable } from 'node:stream';

/** A stored blob as the driver sees it. Sizes are bytes. */
export interface BlobStat {
  size: number;
  modifiedAt: Date;
}

/** Bytes `start` to `end`, both inclusive, as in an HTTP range. */
export interface ByteRange {
  start: number;
  end: number;
}

/** Something found on a walk: a blob by its storage key, or the bytes of an unfinished upload. */
export interface StoredEntry extends BlobStat {
  key: string;
}

/** A blob that is still there, and why. */
export interface FailedDeletion {
  key: string;
  error: unknown;
}

/** A file of distribution's `repositories/` that says which blob is a manifest, or what a tag points to. */
export interface RepositoryLink {
  path: string;
  repository: string;
  kind: 'manifest' | 'tag';
  /** A digest, or the tag; as the path says it, which may be neither. */
  name: string;
  /** The digest in the file; null: what it holds is none. */
  target: string | null;
  modifiedAt: Date;
}

/**
 * Where blobs live. A driver knows keys and bytes only; digests are checked, and rows written, by its caller.
 * Storage comes first and the database last: what `finishUpload` returned is on stable storage.
 * Every driver passes `describeBlobStore` (blob-store.suite.ts).
 */
export interface BlobStore {
  readonly type: 'filesystem' | 's3';

  /** Prepares an upload. What a process that died left of one of that id is dropped. */
  startUpload(uploadId: string): Promise<void>;

  /**
   * Writes `body` at `offset` and returns the new size. Bytes beyond `offset`, left by an append that failed, are
   * dropped first. `onBytes` sees every chunk that was written, in order: the caller hashes there. When the body
   * fails, what came before the failure stays written, `onBytes` has seen exactly that much, and the body's error
   * is thrown.
   */
  appendUpload(
    upload: UploadHandle,
    offset: number,
    body: AsyncIterable<Buffer>,
    onBytes: (chunk: Buffer) => void,
  ): Promise<number>;

  /** The first `size` bytes of an unfinished upload, to hash them again. */
  readUpload(upload: UploadHandle, size: number): Promise<Readable>;

  /**
   * Makes the first `size` bytes of the upload a blob, durably; the upload is gone afterwards. Returns the storage key
   * to record for it, or null: it lies at `key`, the layout's path for its digest, and replaced what may have been
   * there. Several at once for one key are safe: the bytes are the same.
   */
  finishUpload(upload: UploadHandle, size: number, key: string): Promise<string | null>;

  /** Forgets an upload. Unknown uploads are no error. */
  cancelUpload(upload: UploadHandle): Promise<void>;

  /** Undefined when there is no such blob. */
  stat(key: string): Promise<BlobStat | undefined>;

  /** Streams a blob, whole or in part. Throws AppError BLOB_UNKNOWN when there is none. */
  read(key: string, range?: ByteRange): Promise<Readable>;

  /**
   * The same into a stream, which `begin` answers when there is something to write; it is ended after the last byte. The
   * stream must be done with a chunk when it calls back, as sockets are. Only drivers that can do it with less copying.
   */
  copyTo?(key: string, begin: () => Writable, range?: ByteRange): Promise<void>;

  /** Where a client may fetch the blob itself, signed, for at most so long. Only drivers of storage that clients reach. */
  url?(key: string, options: { expiresInSeconds: number }): Promise<string>;

  /** Bytes that the storage holds and has free for this process. Only drivers of storage with a size. */
  capacity?(): Promise<{ total: number; free: number }>;

  /**
   * Removes blobs; those already gone are no error. Returns those that were not removed, and will not be; throws when it
   * is not known. When the signal is aborted, what has not been begun is left.
   */
  delete(keys: string[], options?: { signal?: AbortSignal }): Promise<FailedDeletion[]>;

  /** Moves a blob aside (layout.ts), where nobody reads or walks it. Throws BLOB_UNKNOWN when there is none. */
  quarantine(key: string): Promise<void>;

  /** Every blob, in key order; `after`: those whose key is greater. */
  walk(after?: string): AsyncIterable<StoredEntry>;

  /** Every unfinished upload, by upload id. */
  walkUploads(): AsyncIterable<StoredEntry>;

  /**
   * What a distribution registry (docker-registry, Harbor) left in this place: its repositories' manifests and tags, in
   * the order of their paths; `after`: those whose path is greater. Nothing is changed there.
   */
  walkRepositories(after?: string): AsyncIterable<RepositoryLink>;
}

/** Names an upload. */
export interface UploadHandle {
  /** A lower-case UUID. */
  id: string;
}

/** Under which the process's driver is injected. */
export const BLOB_STORE = Symbol('BLOB_STORE');
