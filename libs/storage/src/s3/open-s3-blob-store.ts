import type { BlobStore } from '../blob-store';
import type { S3Options } from './s3-options';

/** The AWS SDK takes some 30 MB and a third of a second: only who keeps blobs in S3 loads it. */
export async function openS3BlobStore(options: S3Options): Promise<BlobStore> {
  const { S3BlobStore } = await import('./s3-blob-store');
  return new S3BlobStore(options);
}
