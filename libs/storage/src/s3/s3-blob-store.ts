import type { Readable } from 'node:stream';
import type {
  BlobStat,
  BlobStore,
  ByteRange,
  FailedDeletion,
  RepositoryLink,
  StoredEntry,
  UploadHandle,
} from '../blob-store';
import { inTurn } from '../in-turn';
import {
  BLOBS_FOLDER,
  OBJECTS_FOLDER,
  REPOSITORIES_FOLDER,
  UPLOADS_FOLDER,
  digestOfKey,
  isUploadId,
  linkAt,
  linkTarget,
  objectKey,
  quarantineName,
  uploadOfKey,
} from '../layout';
import { blobUnknown, keyInvalid, rangeInvalid, uploadUnknown } from '../refusals';
import { UploadClaims, type UploadClaim } from '../upload-claims';
import { Multiparts } from './multiparts';
import { PartWriter } from './part-writer';
import { S3Bucket } from './s3-bucket';
import { makeS3Client } from './s3-client';
import { s3ErrorName } from './s3-error';
import type { S3Options } from './s3-options';
import { SignedUrls } from './signed-urls';
import { S3Uploads } from './s3-uploads';
import { recordedSize, recordName } from './upload-record';

/** What S3 copies in one request; more goes in parts. */
const MAX_COPY_BYTES = 5 * 1024 ** 3;
/** Small files read at once. */
const LINKS_AT_ONCE = 16;

/**
 * Blobs as objects of a bucket. An upload becomes a blob where it lies (`objects/<upload id>`), for S3 cannot rename:
 * its key goes into the row. Keys of distribution's layout, of a bucket that was adopted, are read just as well.
 */
export class S3BlobStore implements BlobStore {
  readonly type = 's3';
  private readonly bucket: S3Bucket;
  private readonly multiparts: Multiparts;
  private readonly uploads: S3Uploads;
  private readonly urls = new SignedUrls((name, seconds) => this.bucket.url(name, seconds));
  private readonly claims = new UploadClaims();

  constructor(options: S3Options) {
    const client = makeS3Client(options);
    this.bucket = new S3Bucket(client, options);
    this.multiparts = new Multiparts(client, this.bucket);
    this.uploads = new S3Uploads(this.bucket, this.multiparts, options.chunkBytes);
  }

  async startUpload(uploadId: string): Promise<void> {
    await this.uploads.create(requireUploadId(uploadId));
  }

  async appendUpload(
    upload: UploadHandle,
    offset: number,
    body: AsyncIterable<Buffer>,
    onBytes: (chunk: Buffer) => void,
  ): Promise<number> {
    return this.claim(upload, async (claim) => {
      const record = await claim.run(() => this.uploads.openAt(upload.id, offset));
      return new PartWriter(record, claim, this.uploads, onBytes).drain(body);
    });
  }

  async readUpload(upload: UploadHandle, size: number): Promise<Readable> {
    return this.claim(upload, (claim) => claim.run(() => this.uploads.read(upload.id, size)));
  }

  async finishUpload(upload: UploadHandle, size: number, key: string): Promise<string> {
    requireKey(key);
    await this.claim(upload, (claim) => claim.run(() => this.uploads.finish(upload.id, size)));
    return objectKey(upload.id);
  }

  async cancelUpload(upload: UploadHandle): Promise<void> {
    await this.claim(upload, async (claim) => {
      // What another request is sending would outlive the upload; who else cancels it is no concern.
      await claim.run(async () => undefined).catch(() => undefined);
      const name = objectKey(upload.id);
      for await (const multipart of this.multiparts.list(name)) await this.multiparts.abort(multipart);
      // Without a record the upload has become a blob, or never was.
      const unfinished = await this.bucket.head(recordName(upload.id));
      if (unfinished) await this.bucket.remove([name, recordName(upload.id)]);
    });
  }

  async stat(key: string): Promise<BlobStat | undefined> {
    const head = await this.bucket.head(requireKey(key));
    return head && { size: head.size, modifiedAt: head.modifiedAt };
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    requireKey(key);
    if (range && !isRange(range)) throw await this.outside(key);
    const object = await this.open(key, range);
    // Some servers answer a range of an empty object with all of it.
    if (range && !object.partial) {
      object.body.destroy();
      throw rangeInvalid(object.size);
    }
    return object.body;
  }

  async url(key: string, { expiresInSeconds }: { expiresInSeconds: number }): Promise<string> {
    return this.urls.get(requireKey(key), expiresInSeconds);
  }

  async delete(keys: string[], { signal }: { signal?: AbortSignal } = {}): Promise<FailedDeletion[]> {
    return this.bucket.delete(keys.map(requireKey), signal);
  }

  async quarantine(key: string): Promise<void> {
    const head = await this.bucket.head(requireKey(key));
    if (!head) throw blobUnknown();
    const target = quarantineName(key);
    const moved =
      head.size > MAX_COPY_BYTES
        ? await this.multiparts.copyWhole(key, target, head.size)
        : await this.bucket.copy(key, target);
    if (!moved) throw blobUnknown();
    await this.bucket.remove([key]);
  }

  async *walk(after?: string): AsyncIterable<StoredEntry> {
    // An upload that was completed early is an object, but no blob yet.
    const unfinished = new Set<string>();
    for await (const { key } of this.bucket.list(UPLOADS_FOLDER)) unfinished.add(key.slice(UPLOADS_FOLDER.length + 1));
    for (const folder of [BLOBS_FOLDER, OBJECTS_FOLDER]) {
      for await (const entry of this.bucket.list(folder, after)) {
        if (isKey(entry.key) && !unfinished.has(uploadOfKey(entry.key) ?? '')) yield entry;
      }
    }
  }

  /** Also multipart uploads that lost their record: `cancelUpload` frees what they hold. */
  async *walkUploads(): AsyncIterable<StoredEntry> {
    const found = new Map<string, Date>();
    for await (const { name } of this.multiparts.list(`${OBJECTS_FOLDER}/`)) {
      const id = uploadOfKey(name);
      if (id) found.set(id, new Date(0));
    }
    for await (const { key, modifiedAt } of this.bucket.list(UPLOADS_FOLDER)) {
      const id = key.slice(UPLOADS_FOLDER.length + 1);
      if (isUploadId(id)) found.set(id, modifiedAt);
    }
    for (const id of [...found.keys()].sort()) {
      yield { key: id, size: (await recordedSize(this.bucket, id)) ?? 0, modifiedAt: found.get(id) ?? new Date(0) };
    }
  }

  async *walkRepositories(after?: string): AsyncIterable<RepositoryLink> {
    for await (const link of inTurn(this.linkPaths(after), LINKS_AT_ONCE, (path) => this.link(path)))
      if (link) yield link;
  }

  private async *linkPaths(after?: string): AsyncIterable<string> {
    for await (const { key } of this.bucket.list(REPOSITORIES_FOLDER, after)) if (linkAt(key)) yield key;
  }

  private async link(path: string): Promise<RepositoryLink | undefined> {
    const place = linkAt(path);
    const content = place && (await this.bucket.bytes(path));
    return content && { ...place, target: linkTarget(content.bytes), modifiedAt: content.modifiedAt };
  }

  private claim<T>({ id }: UploadHandle, work: (claim: UploadClaim) => Promise<T>): Promise<T> {
    return this.claims.hold(requireUploadId(id), work);
  }

  private async open(key: string, range?: ByteRange) {
    try {
      const object = await this.bucket.get(key, range);
      if (object) return object;
    } catch (error) {
      throw s3ErrorName(error) === 'InvalidRange' ? await this.outside(key) : error;
    }
    throw blobUnknown();
  }

  private async outside(key: string) {
    const stat = await this.stat(key);
    return stat ? rangeInvalid(stat.size) : blobUnknown();
  }
}

function isRange({ start, end }: ByteRange): boolean {
  return Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end;
}

function isKey(key: string): boolean {
  return digestOfKey(key) !== undefined || uploadOfKey(key) !== undefined;
}

function requireKey(key: string): string {
  if (!isKey(key)) throw keyInvalid();
  return key;
}

function requireUploadId(id: string): string {
  if (!isUploadId(id)) throw uploadUnknown();
  return id;
}
