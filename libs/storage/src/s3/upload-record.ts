import { z } from 'zod';
import { UPLOADS_FOLDER, objectKey } from '../layout';
import { uploadUnknown } from '../refusals';
import type { S3Bucket } from './s3-bucket';

/*
 * How far an upload is: a small object, `uploads/<id>`. Its body is the tail, the bytes after the last part; the rest
 * is the object's metadata. S3 lets nobody read a part back and takes no part below 5 MiB but the last, so the tail
 * lies where the next request, on whatever replica, can read it.
 */
const facts = z.object({
  /** S3's id of the multipart upload; none while everything fits the tail. */
  multipart: z.string().optional(),
  /** Parts of it that count. Parts beyond are left from an append that did not end, and will be replaced. */
  parts: z.number().int().min(0),
  /** Bytes in those parts, or in the object when `sealed`. */
  bytes: z.number().int().min(0),
  /** The multipart upload was completed early, to read its bytes: they are the object now. */
  sealed: z.boolean(),
});

export interface UploadRecord extends z.output<typeof facts> {
  id: string;
  tail: Buffer;
}

const METADATA = 'upload';
const NOTHING = Buffer.alloc(0);

export const sizeOf = ({ bytes, tail }: Pick<UploadRecord, 'bytes' | 'tail'>): number => bytes + tail.length;
export const recordName = (id: string): string => `${UPLOADS_FOLDER}/${id}`;

/** The multipart upload of a record, if it has one. */
export function multipartOf({ id, multipart }: UploadRecord): { name: string; id: string } | undefined {
  return multipart === undefined ? undefined : { name: objectKey(id), id: multipart };
}

export const newRecord = (id: string): UploadRecord => ({ id, parts: 0, bytes: 0, sealed: false, tail: NOTHING });

export const sealedRecord = (id: string, bytes: number): UploadRecord => ({ ...newRecord(id), bytes, sealed: true });

/** With one more part. */
export function withPart(record: UploadRecord, size: number): UploadRecord {
  return { ...record, parts: record.parts + 1, bytes: record.bytes + size, tail: NOTHING };
}

export async function writeRecord(bucket: S3Bucket, { id, tail, ...rest }: UploadRecord): Promise<void> {
  await bucket.put(recordName(id), tail, { [METADATA]: JSON.stringify(rest) });
}

/** Throws BLOB_UPLOAD_UNKNOWN. */
export async function readRecord(bucket: S3Bucket, id: string): Promise<UploadRecord> {
  const found = await bucket.bytes(recordName(id));
  if (!found) throw uploadUnknown();
  return { ...parse(found.metadata), id, tail: found.bytes };
}

/** Bytes of the upload by its record; undefined when there is no record. */
export async function recordedSize(bucket: S3Bucket, id: string): Promise<number | undefined> {
  const head = await bucket.head(recordName(id));
  return head && parse(head.metadata).bytes + head.size;
}

function parse(metadata: Record<string, string>): z.output<typeof facts> {
  return facts.parse(JSON.parse(metadata[METADATA] ?? '{}'));
}
