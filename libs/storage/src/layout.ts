/*
 * Where the bytes lie, below the storage root or the bucket's root directory. The blobs lie where distribution (docker-registry, Harbor) keeps
 * them, so that an existing volume or bucket can be adopted in place.
 *
 *   docker/registry/v2/
 *   ├── blobs/<alg>/<2 hex>/<hex>/data    one blob: sha256/ab/abcd…/data, sha512/0f/0f12…/data
 *   ├── objects/<uuid>                    one blob, finished where it was uploaded (S3 driver; row's storage_key)
 *   └── uploads/<uuid>                    an unfinished upload: its bytes, or with S3 its record and last bytes
 *
 * Manifests, tags and repositories live in Postgres: nothing else is written, and distribution's own
 * `repositories/` folder is left alone.
 */
import { isDigest, parseDigest } from '@breakwater/kernel';

export const BLOBS_FOLDER = 'docker/registry/v2/blobs';
export const OBJECTS_FOLDER = 'docker/registry/v2/objects';
export const UPLOADS_FOLDER = 'docker/registry/v2/uploads';

const KEY = /^docker\/registry\/v2\/blobs\/([a-z0-9]+)\/([0-9a-f]{2})\/([0-9a-f]+)\/data$/;
const UPLOAD_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The storage key of a blob. Throws DIGEST_INVALID for anything but a lower-case sha256 or sha512 digest. */
export function blobKey(digest: string): string {
  const { algorithm, hex } = parseDigest(digest);
  return `${BLOBS_FOLDER}/${algorithm}/${hex.slice(0, 2)}/${hex}/data`;
}

/** The digest whose blob lies at `key`; undefined when no blob can lie there (so nothing escapes the folder). */
export function digestOfKey(key: string): string | undefined {
  const [, algorithm, prefix, hex] = KEY.exec(key) ?? [];
  const digest = `${algorithm}:${hex}`;
  return isDigest(digest) && hex?.slice(0, 2) === prefix ? digest : undefined;
}

/** Where the S3 driver puts the bytes of an upload, and leaves them: there is no cheap rename in a bucket. */
export function objectKey(uploadId: string): string {
  return `${OBJECTS_FOLDER}/${uploadId}`;
}

/** The upload that made the object at `key`; undefined for other keys. */
export function uploadOfKey(key: string): string | undefined {
  const [folder, id] = [key.slice(0, OBJECTS_FOLDER.length + 1), key.slice(OBJECTS_FOLDER.length + 1)];
  return folder === `${OBJECTS_FOLDER}/` && isUploadId(id) ? id : undefined;
}

/** Upload ids become file names: a lower-case UUID and nothing else. */
export function isUploadId(id: string): boolean {
  return UPLOAD_ID.test(id);
}
