import type { RegistryConfig } from '@breakwater/platform';
import { FilesystemBlobStore, openS3BlobStore, type BlobStore, type S3Options } from '@breakwater/storage';

/** The blob store that the configuration names. Its schema has checked that what the driver needs is there. */
export async function openBlobStore(config: RegistryConfig): Promise<BlobStore> {
  switch (config.STORAGE_DRIVER) {
    case 'filesystem':
      return new FilesystemBlobStore(config.STORAGE_ROOT ?? '');
    case 's3':
      return openS3BlobStore(s3Options(config));
  }
}

function s3Options(config: RegistryConfig): S3Options {
  const { S3_ACCESSKEY: accessKeyId, S3_SECRETKEY: secretAccessKey } = config;
  return {
    region: config.S3_REGION,
    bucket: config.S3_BUCKET ?? '',
    credentials: accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined,
    endpoint: config.S3_REGIONENDPOINT,
    forcePathStyle: config.S3_FORCEPATHSTYLE,
    rootDirectory: config.S3_ROOTDIRECTORY ?? '',
    encrypt: config.S3_ENCRYPT,
    kmsKeyId: config.S3_KEYID,
    ca: config.S3_CA,
    chunkBytes: config.S3_CHUNKSIZE,
  };
}
