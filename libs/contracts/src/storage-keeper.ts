import { z } from 'zod';

/*
 * What registryctl is asked over http, `Authorization: Harbor-Secret …`. Answers are JSON. Lists and what takes long are
 * lines of JSON (`application/x-ndjson`), each a `StorageLine`: items, and at the end `{"end":true}` or the error. A
 * reader that sees neither has not seen everything.
 */

/** Keys or ids in one request, at most. */
export const storageBatch = 1_000;
/** Bytes that `GET /blobs/content` answers, at most. */
export const maxReadBytes = 4 * 1024 * 1024;

const key = z.string().max(512);

/** `POST /blobs/stat` */
export const blobKeys = z.object({ keys: z.array(key).max(storageBatch) });
/** `POST /blobs/delete`; `before`: what has not been begun by then is left, and is among `failed`. */
export const blobDeletion = blobKeys.extend({ before: z.iso.datetime().optional() });
export const deletedBlobs = z.object({ failed: z.array(z.object({ key, message: z.string() })) });
/** In the order asked; null: not there. */
export const blobSizes = z.array(z.object({ size: z.number() }).nullable());

/** `POST /blobs/verify`: lines, with one item; empty lines while it goes on. */
export const blobVerification = z.object({
  key,
  digest: z.string(),
  /** Read no faster. */
  bytesPerSecond: z.number().positive().optional(),
});
export const blobVerdict = z.object({ outcome: z.enum(['intact', 'corrupt', 'missing']), size: z.number() });

/** `POST /blobs/quarantine`, `GET /blobs/content?key=` */
export const blobAtKey = z.object({ key });

/** `GET /blobs?after=`, `GET /repositories?after=`: lines */
export const walkQuery = z.object({ after: z.string().max(2_048).optional() });
export const walkedBlob = z.object({ key, size: z.number(), modified: z.coerce.date() });
export const repositoryLink = z.object({
  path: z.string(),
  repository: z.string(),
  kind: z.enum(['manifest', 'tag']),
  name: z.string(),
  target: z.string().nullable(),
  modified: z.coerce.date(),
});
export type RepositoryLink = z.output<typeof repositoryLink>;

/** `GET /uploads`: lines; `POST /uploads/cancel` */
export const walkedUpload = z.object({ id: z.string(), size: z.number(), modified: z.coerce.date() });
export const uploadIds = z.object({ ids: z.array(z.uuid()).max(storageBatch) });

/** `GET /storage` */
export const storageInfo = z.object({
  driver: z.enum(['filesystem', 's3']),
  /** Bytes; null: the storage has no size of its own. */
  capacity: z.object({ total: z.number(), free: z.number() }).nullable(),
});
export type StorageInfo = z.output<typeof storageInfo>;

export const storageError = z.object({ code: z.string(), message: z.string(), reason: z.string().optional() });
export const storageLine = z.object({
  item: z.unknown().optional(),
  error: storageError.optional(),
  end: z.literal(true).optional(),
});
export type StorageLine = z.output<typeof storageLine>;
