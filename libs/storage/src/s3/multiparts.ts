import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { ByteRange } from '../blob-store';
import { explained, found } from './s3-error';
import type { S3Bucket } from './s3-bucket';

/** One UploadPartCopy may copy 5 GiB; smaller ones end before anything times out. */
export const COPY_BYTES = 1024 ** 3;

/** A multipart upload: the object it will become, and S3's id for it. */
export interface Multipart {
  name: string;
  id: string;
}

export interface Part {
  number: number;
  size: number;
  etag: string;
}

/** Multipart uploads of a bucket. False, or undefined: S3 does not know the upload (any more). */
export class Multiparts {
  constructor(
    private readonly client: S3Client,
    private readonly bucket: S3Bucket,
  ) {}

  async create(name: string): Promise<Multipart> {
    const input = { ...this.bucket.at(name), ...this.bucket.attributes };
    const { UploadId = '' } = await explained(() => this.client.send(new CreateMultipartUploadCommand(input)));
    return { name, id: UploadId };
  }

  /** Sends a part; one that was sent before under this number is replaced. */
  async add(multipart: Multipart, number: number, body: Buffer): Promise<boolean> {
    const input = { ...this.of(multipart), PartNumber: number, Body: body };
    return (await found(() => this.client.send(new UploadPartCommand(input)))) !== undefined;
  }

  /** Makes a part of bytes that an object of the bucket already holds. */
  async copy(multipart: Multipart, number: number, source: ByteRange & { name: string }): Promise<boolean> {
    const { Bucket, Key } = this.bucket.at(source.name);
    const input = {
      ...this.of(multipart),
      PartNumber: number,
      CopySource: encodeURI(`${Bucket}/${Key}`),
      CopySourceRange: `bytes=${source.start}-${source.end}`,
    };
    return (await found(() => this.client.send(new UploadPartCopyCommand(input)))) !== undefined;
  }

  /** Copies an object of any size to another name. False: there is no such object (any more). */
  async copyWhole(from: string, to: string, size: number): Promise<boolean> {
    const multipart = await this.create(to);
    const parts = Math.ceil(size / COPY_BYTES);
    for (let number = 1; number <= parts; number += 1) {
      const [start, end] = [(number - 1) * COPY_BYTES, Math.min(number * COPY_BYTES, size) - 1];
      if (await this.copy(multipart, number, { name: from, start, end })) continue;
      await this.abort(multipart);
      return false;
    }
    return this.complete(multipart, (await this.parts(multipart)) ?? []);
  }

  /** The parts sent so far, by number. */
  async parts(multipart: Multipart): Promise<Part[] | undefined> {
    const parts: Part[] = [];
    let PartNumberMarker: string | undefined;
    do {
      const input = { ...this.of(multipart), PartNumberMarker };
      const page = await found(() => this.client.send(new ListPartsCommand(input)));
      if (!page) return undefined;
      for (const { PartNumber = 0, Size = 0, ETag = '' } of page.Parts ?? []) {
        parts.push({ number: PartNumber, size: Size, etag: ETag });
      }
      PartNumberMarker = page.IsTruncated ? page.NextPartNumberMarker : undefined;
    } while (PartNumberMarker !== undefined);
    return parts;
  }

  /** Makes the object of these parts. */
  async complete(multipart: Multipart, parts: Part[]): Promise<boolean> {
    const Parts = parts.map(({ number, etag }) => ({ PartNumber: number, ETag: etag }));
    const input = { ...this.of(multipart), MultipartUpload: { Parts } };
    return (await found(() => this.client.send(new CompleteMultipartUploadCommand(input)))) !== undefined;
  }

  async abort(multipart: Multipart): Promise<void> {
    await found(() => this.client.send(new AbortMultipartUploadCommand(this.of(multipart))));
  }

  /** Every multipart upload of an object whose name starts like this. */
  async *list(start: string): AsyncIterable<Multipart> {
    const { Bucket, Key: Prefix } = this.bucket.at(start);
    let markers: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {};
    while (markers) {
      const input: object = { ...markers, Prefix };
      const page = await explained(() => this.client.send(new ListMultipartUploadsCommand({ ...input, Bucket })));
      for (const { Key = '', UploadId: id = '' } of page.Uploads ?? []) {
        if (Key.startsWith(Prefix)) yield { name: start + Key.slice(Prefix.length), id };
      }
      markers = page.IsTruncated
        ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
        : undefined;
    }
  }

  private of({ name, id }: Multipart): { Bucket: string; Key: string; UploadId: string } {
    return { ...this.bucket.at(name), UploadId: id };
  }
}
