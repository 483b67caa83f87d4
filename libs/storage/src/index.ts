export {
  BLOB_STORE,
  type BlobStat,
  type BlobStore,
  type ByteRange,
  type FailedDeletion,
  type RepositoryLink,
  type StoredEntry,
  type UploadHandle,
} from './blob-store';
export { FilesystemBlobStore } from './filesystem/filesystem-blob-store';
export { inTurn } from './in-turn';
export { blobKey, digestOfKey } from './layout';
export { openBlobStore, type StorageSettings } from './open-blob-store';
