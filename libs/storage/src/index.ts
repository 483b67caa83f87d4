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
export { openS3BlobStore } from './s3/open-s3-blob-store';
export type { S3Options } from './s3/s3-options';
