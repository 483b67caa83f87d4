import type { RepositoryLink, StorageInfo } from '@breakwater/contracts';

/** What jobs need of the blob store, whose bytes only registryctl touches. */
export interface StorageKeeper {
  /**
   * Those already gone are no failure. Nothing is deleted after `before`, however late the request arrives: by then
   * others may have brought new bytes under the same key. A key that is among `failed` was not deleted, and will not be;
   * when nothing is known, this throws.
   */
  deleteBlobs(
    keys: readonly string[],
    options?: { before?: Date },
  ): Promise<{ failed: { key: string; message: string }[] }>;

  /** What the storage is, and how much it holds. */
  info(): Promise<StorageInfo>;

  /** In the order asked; null for what is not there. */
  stat(keys: readonly string[]): Promise<({ size: number } | null)[]>;

  /** Reads the whole blob and compares it with its digest. `bytesPerSecond`: at most. */
  verify(
    key: string,
    digest: string,
    options?: { bytesPerSecond?: number },
  ): Promise<{ outcome: 'intact' | 'corrupt' | 'missing'; size: number }>;

  /** Moves a blob aside, where nobody is served from it and people can look at it. */
  quarantine(key: string): Promise<void>;

  /** At most 4 MiB. Throws BLOB_UNKNOWN. */
  read(key: string): Promise<Buffer>;

  /** Every blob in key order, from the first after `after`. */
  walk(options?: { after?: string }): AsyncIterable<{ key: string; size: number; modified: Date }>;

  /** Unfinished uploads: of the file system their files, of object storage their multiparts. */
  walkUploads(): AsyncIterable<{ id: string; size: number; modified: Date }>;

  cancelUploads(ids: readonly string[]): Promise<void>;

  /** Manifests and tags of a distribution registry that kept its blobs there before, in the order of their paths. */
  walkRepositories(options?: { after?: string }): AsyncIterable<RepositoryLink>;
}

export const STORAGE_KEEPER = Symbol('STORAGE_KEEPER');
