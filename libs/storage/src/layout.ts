/*
 * Where the bytes lie, below the storage root or the bucket's root directory. The blobs lie where distribution (docker-registry, Harbor) keeps
 * them, so that an existing volume or bucket can be adopted in place.
 *
 *   docker/registry/v2/
 *   ├── blobs/<alg>/<2 hex>/<hex>/data    one blob: sha256/ab/abcd…/data, sha512/0f/0f12…/data
 *   ├── objects/<uuid>                    one blob, finished where it was uploaded (S3 driver; row's storage_key)
 *   ├── uploads/<uuid>                    an unfinished upload: its bytes, or with S3 its record and last bytes
 *   └── quarantine/<alg>-<hex>, <uuid>    a blob whose bytes are wrong, moved aside for people to look at
 *
 * Manifests, tags and repositories live in Postgres: nothing else is written, and distribution's own
 * `repositories/` folder is read by imports and otherwise left alone.
 */
import { isDigest, parseDigest } from '@breakwater/kernel';
import type { RepositoryLink } from './blob-store';

export const BLOBS_FOLDER = 'docker/registry/v2/blobs';
export const OBJECTS_FOLDER = 'docker/registry/v2/objects';
export const UPLOADS_FOLDER = 'docker/registry/v2/uploads';
export const REPOSITORIES_FOLDER = 'docker/registry/v2/repositories';
const QUARANTINE_FOLDER = 'docker/registry/v2/quarantine';

const KEY = /^docker\/registry\/v2\/blobs\/([a-z0-9]+)\/([0-9a-f]{2})\/([0-9a-f]+)\/data$/;
const LINK =
  /^docker\/registry\/v2\/repositories\/([^_].*?)\/_manifests\/(?:revisions\/([^/]+)\/([^/]+)|tags\/([^/]+)\/current)\/link$/;
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

/** Where the blob at `key`, which is one, is moved aside. */
export function quarantineName(key: string): string {
  return `${QUARANTINE_FOLDER}/${uploadOfKey(key) ?? digestOfKey(key)?.replace(':', '-')}`;
}

/** What a link file of distribution's tree speaks of, by its path; undefined for files that imports need not read. */
export function linkAt(path: string): Omit<RepositoryLink, 'target' | 'modifiedAt'> | undefined {
  const [, repository, algorithm, hex, tag] = LINK.exec(path) ?? [];
  if (repository === undefined) return undefined;
  if (tag !== undefined) return { path, repository, kind: 'tag', name: tag };
  return { path, repository, kind: 'manifest', name: `${algorithm}:${hex}` };
}

/** The digest that a link file holds. */
export function linkTarget(content: Buffer): string | null {
  const text = content.toString('latin1').trim();
  return isDigest(text) ? text : null;
}

/** Nothing in `folder` comes after `after` in the order of paths. */
export function endsBefore(folder: string, after: string): boolean {
  return `${folder}/` < after && !after.startsWith(`${folder}/`);
}
