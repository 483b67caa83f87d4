import { AppError } from '@breakwater/kernel';
import { Readable } from 'node:stream';
import { objectKey } from '../layout';
import { bytesMissing, uploadUnknown } from '../refusals';
import { COPY_BYTES, type Multipart, type Multiparts } from './multiparts';
import type { PartSteps } from './part-writer';
import type { S3Bucket } from './s3-bucket';
import {
  multipartOf,
  newRecord,
  readRecord,
  recordName,
  sealedRecord,
  sizeOf,
  writeRecord,
  type UploadRecord,
} from './upload-record';

/** S3's limit. */
const MAX_PARTS = 10_000;
/** Parts grow after every thousand: with 8 MiB at first, an upload may reach 430 GiB. */
const PARTS_OF_ONE_SIZE = 1000;

/** Unfinished uploads in a bucket: what a request finds, changes and leaves. */
export class S3Uploads implements PartSteps {
  constructor(
    private readonly bucket: S3Bucket,
    private readonly multiparts: Multiparts,
    private readonly chunkBytes: number,
  ) {}

  create(id: string): Promise<void> {
    return writeRecord(this.bucket, newRecord(id));
  }

  /** An upload that holds `size` bytes or more. Throws BLOB_UPLOAD_UNKNOWN, RANGE_INVALID. */
  async open(id: string, size: number): Promise<UploadRecord> {
    const record = await readRecord(this.bucket, id);
    if (Number.isSafeInteger(size) && size >= 0 && size <= sizeOf(record)) return record;
    return this.withLaterParts(record, size);
  }

  /** Ready to be appended to at `offset`: what lies beyond is dropped. */
  async openAt(id: string, offset: number): Promise<UploadRecord> {
    const record = await this.cut(await this.open(id, offset), offset);
    return record.sealed ? this.unseal(record, offset) : record;
  }

  /** The first `size` bytes. Parts cannot be read, so a multipart upload is completed for it. */
  async read(id: string, size: number): Promise<Readable> {
    const record = await this.open(id, size);
    if (!record.sealed && record.parts === 0) return Readable.from([record.tail.subarray(0, size)]);
    await this.seal(record);
    if (size === 0) return Readable.from([]);
    const object = await this.bucket.get(objectKey(id), { start: 0, end: size - 1 });
    if (!object) throw uploadUnknown();
    return object.body;
  }

  /** The first `size` bytes are the object now, and the upload is gone. */
  async finish(id: string, size: number): Promise<void> {
    const record = await this.cut(await this.open(id, size), size);
    if (record.parts > 0) await this.complete(record);
    else if (!record.sealed) await this.bucket.put(objectKey(id), record.tail);
    const multipart = multipartOf(record);
    if (multipart && record.parts === 0) await this.multiparts.abort(multipart);
    await this.bucket.remove([recordName(id)]);
  }

  partBytes(number: number): number {
    return this.chunkBytes * (1 + Math.floor((number - 1) / PARTS_OF_ONE_SIZE));
  }

  async begin(record: UploadRecord): Promise<UploadRecord> {
    if (record.multipart !== undefined) return record;
    const begun = { ...record, multipart: (await this.multiparts.create(objectKey(record.id))).id };
    await writeRecord(this.bucket, begun);
    return begun;
  }

  async addPart(record: UploadRecord, part: Buffer): Promise<void> {
    // The last number is left for the tail.
    if (record.parts + 1 >= MAX_PARTS) {
      throw new AppError('BLOB_UPLOAD_INVALID', 'The blob has too many parts: raise S3_CHUNKSIZE, then push it again', {
        reason: 'storage.parts',
      });
    }
    if (!(await this.multiparts.add(requireMultipart(record), record.parts + 1, part))) throw uploadUnknown();
  }

  write(record: UploadRecord): Promise<void> {
    return writeRecord(this.bucket, record);
  }

  /** Parts that an append had sent when it could not write the record any more. They end where the caller says. */
  private async withLaterParts(record: UploadRecord, size: number): Promise<UploadRecord> {
    const multipart = multipartOf(record);
    let bytes = 0;
    for (const [index, part] of ((multipart && (await this.multiparts.parts(multipart))) ?? []).entries()) {
      bytes += part.size;
      if (part.number === index + 1 && bytes === size) {
        return { ...record, parts: part.number, bytes, tail: Buffer.alloc(0) };
      }
    }
    throw bytesMissing(sizeOf(record));
  }

  /** Cut within the tail this costs nothing; cut within the parts, they must be read, which only an object can be. */
  private async cut(record: UploadRecord, size: number): Promise<UploadRecord> {
    if (size === sizeOf(record)) return record;
    if (size >= record.bytes) return { ...record, tail: record.tail.subarray(0, size - record.bytes) };
    return this.unseal(await this.seal(record), size);
  }

  private async seal(record: UploadRecord): Promise<UploadRecord> {
    if (record.sealed) return record;
    await this.complete(record);
    const sealed = sealedRecord(record.id, sizeOf(record));
    await writeRecord(this.bucket, sealed);
    return sealed;
  }

  /** Makes the object of the parts and the tail. It may be there already: an earlier try did not live to tell. */
  private async complete(record: UploadRecord): Promise<void> {
    if (await this.completeParts(record, requireMultipart(record))) return;
    if ((await this.bucket.head(objectKey(record.id)))?.size !== sizeOf(record)) throw uploadUnknown();
  }

  /** The tail is the last part, and may be small. False: S3 does not know the upload. */
  private async completeParts(record: UploadRecord, multipart: Multipart): Promise<boolean> {
    const count = record.parts + (record.tail.length > 0 ? 1 : 0);
    if (count > record.parts && !(await this.multiparts.add(multipart, count, record.tail))) return false;
    const parts = (await this.multiparts.parts(multipart))?.slice(0, count);
    if (!parts) return false;
    const bytes = parts.reduce((sum, part) => sum + part.size, 0);
    if (bytes !== sizeOf(record)) throw bytesMissing(bytes);
    return this.multiparts.complete(multipart, parts);
  }

  /** A new multipart upload of the object's first bytes, copied on the server; what fills no part becomes the tail. */
  private async unseal({ id, bytes }: UploadRecord, size: number): Promise<UploadRecord> {
    const name = objectKey(id);
    const copied = Math.floor(size / this.chunkBytes) * this.chunkBytes;
    const step = Math.floor(COPY_BYTES / this.chunkBytes) * this.chunkBytes;
    let record: UploadRecord = { ...newRecord(id), tail: await this.slice(name, copied, Math.min(size, bytes)) };
    if (copied > 0) {
      const multipart = await this.multiparts.create(name);
      record = { ...record, multipart: multipart.id, parts: Math.ceil(copied / step), bytes: copied };
      for (let start = 0; start < copied; start += step) {
        const end = Math.min(start + step, copied) - 1;
        if (!(await this.multiparts.copy(multipart, start / step + 1, { name, start, end }))) throw uploadUnknown();
      }
    }
    await writeRecord(this.bucket, record);
    return record;
  }

  private async slice(name: string, start: number, end: number): Promise<Buffer> {
    if (start === end) return Buffer.alloc(0);
    const found = await this.bucket.bytes(name, { start, end: end - 1 });
    if (!found) throw uploadUnknown();
    return found.bytes;
  }
}

function requireMultipart(record: UploadRecord): Multipart {
  const multipart = multipartOf(record);
  if (!multipart) throw uploadUnknown();
  return multipart;
}
