/*
 * Where the bytes lie, below the storage root. The blobs lie where distribution (docker-registry, Harbor) keeps
 * them, so that an existing volume or bucket can be adopted in place.
 *
 *   docker/registry/v2/
 *   ├── blobs/<alg>/<2 hex>/<hex>/data    one blob: sha256/ab/abcd…/data, sha512/0f/0f12…/data
 *   └── uploads/<uuid>                    the bytes of an unfinished upload (filesystem driver)
 *
 * Manifests, tags and repositories live in Postgres: nothing else is written, and distribution's own
 * `repositories/` folder is left alone.
 */
import { isDigest, parseDigest } from '@breakwater/kernel';

export const BLOBS_FOLDER = 'docker/registry/v2/blobs';
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

/** Upload ids become file names: a lower-case UUID and nothing else. */
export function isUploadId(id: string): boolean {
  return UPLOAD_ID.test(id);
}
