export {
  BLOB_STORE,
  type BlobStat,
  type BlobStore,
  type ByteRange,
  type StoredEntry,
  type UploadHandle,
} from './blob-store';
export { FilesystemBlobStore } from './filesystem/filesystem-blob-store';
export { blobKey, digestOfKey } from './layout';
