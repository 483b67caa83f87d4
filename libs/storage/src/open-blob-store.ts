import type { BlobStore } from './blob-store';
import { FilesystemBlobStore } from './filesystem/filesystem-blob-store';
import { openS3BlobStore } from './s3/open-s3-blob-store';
import type { S3Options } from './s3/s3-options';

/** The settings of a process that opens the blob store, by the names of its configuration. */
export interface StorageSettings {
  STORAGE_DRIVER: 'filesystem' | 's3';
  STORAGE_ROOT?: string;
  S3_BUCKET?: string;
  S3_REGION: string;
  S3_ACCESSKEY?: string;
  S3_SECRETKEY?: string;
  S3_REGIONENDPOINT?: string;
  S3_FORCEPATHSTYLE: boolean;
  S3_ROOTDIRECTORY?: string;
  S3_ENCRYPT: boolean;
  S3_KEYID?: string;
  S3_CA?: string;
  S3_CHUNKSIZE: number;
}

/** The blob store that the configuration names. Its schema has checked that what the driver needs is there. */
export async function openBlobStore(settings: StorageSettings): Promise<BlobStore> {
  switch (settings.STORAGE_DRIVER) {
    case 'filesystem':
      return new FilesystemBlobStore(settings.STORAGE_ROOT ?? '');
    case 's3':
      return openS3BlobStore(s3Options(settings));
  }
}

function s3Options(settings: StorageSettings): S3Options {
  const { S3_ACCESSKEY: accessKeyId, S3_SECRETKEY: secretAccessKey } = settings;
  return {
    region: settings.S3_REGION,
    bucket: settings.S3_BUCKET ?? '',
    credentials: accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined,
    endpoint: settings.S3_REGIONENDPOINT,
    forcePathStyle: settings.S3_FORCEPATHSTYLE,
    rootDirectory: settings.S3_ROOTDIRECTORY ?? '',
    encrypt: settings.S3_ENCRYPT,
    kmsKeyId: settings.S3_KEYID,
    ca: settings.S3_CA,
    chunkBytes: settings.S3_CHUNKSIZE,
  };
}
