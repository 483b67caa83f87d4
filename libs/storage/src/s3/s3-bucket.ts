import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Readable } from 'node:stream';
import type { BlobStat, ByteRange, FailedDeletion, StoredEntry } from '../blob-store';
import { endsBefore } from '../layout';
import { explained, found, s3Error } from './s3-error';
import type { S3Options } from './s3-options';
import { explainedStream } from './s3-stream';

/** The most that S3 takes in one DeleteObjects. */
const DELETE_BATCH = 1000;

export interface ObjectHead extends BlobStat {
  metadata: Record<string, string>;
}

export interface OpenObject extends ObjectHead {
  body: Readable;
  /** Only a part was sent, as asked. */
  partial: boolean;
}

/** Objects of a bucket, by their names below the root directory. Missing ones are undefined, or no error. */
export class S3Bucket {
  constructor(
    private readonly client: S3Client,
    private readonly options: S3Options,
  ) {}

  /** Bucket and key, for any request. */
  at(name: string): { Bucket: string; Key: string } {
    return { Bucket: this.options.bucket, Key: this.prefix + name };
  }

  /** What every new object carries. */
  get attributes() {
    const { encrypt, kmsKeyId } = this.options;
    return {
      ContentType: 'application/octet-stream',
      ...(encrypt && { ServerSideEncryption: kmsKeyId ? ('aws:kms' as const) : ('AES256' as const) }),
      ...(encrypt && kmsKeyId && { SSEKMSKeyId: kmsKeyId }),
    };
  }

  async put(name: string, body: Buffer, metadata?: Record<string, string>): Promise<void> {
    const input = { ...this.at(name), ...this.attributes, Body: body, Metadata: metadata };
    await explained(() => this.client.send(new PutObjectCommand(input)));
  }

  async head(name: string): Promise<ObjectHead | undefined> {
    const answer = await found(() => this.client.send(new HeadObjectCommand(this.at(name))));
    return answer && { ...statOf(answer), metadata: answer.Metadata ?? {} };
  }

  async get(name: string, range?: ByteRange): Promise<OpenObject | undefined> {
    const input = { ...this.at(name), Range: range && `bytes=${range.start}-${range.end}` };
    const answer = await found(() => this.client.send(new GetObjectCommand(input)));
    if (!answer) return undefined;
    return {
      ...statOf(answer),
      metadata: answer.Metadata ?? {},
      body: explainedStream(answer.Body as Readable),
      partial: answer.ContentRange !== undefined,
    };
  }

  /** A small object, or part of one, whole. */
  async bytes(name: string, range?: ByteRange): Promise<(ObjectHead & { bytes: Buffer }) | undefined> {
    const object = await this.get(name, range);
    if (!object) return undefined;
    const chunks: Buffer[] = [];
    for await (const chunk of object.body) chunks.push(chunk as Buffer);
    const { size, modifiedAt, metadata } = object;
    return { bytes: Buffer.concat(chunks), size, modifiedAt, metadata };
  }

  /** Returns those that are still there. Throws when that is not known. */
  async delete(names: string[], signal?: AbortSignal): Promise<FailedDeletion[]> {
    const failed: FailedDeletion[] = [];
    for (let first = 0; first < names.length; first += DELETE_BATCH) {
      const batch = names.slice(first, first + DELETE_BATCH);
      if (signal?.aborted) failed.push(...batch.map((key) => ({ key, error: signal.reason as unknown })));
      else failed.push(...(await this.deleteBatch(batch, signal)));
    }
    return failed;
  }

  /** The same; throws the first failure. */
  async remove(names: string[]): Promise<void> {
    const [failure] = await this.delete(names);
    if (failure) throw failure.error;
  }

  /** An object under another name, within the bucket. False: there is none. */
  async copy(from: string, to: string): Promise<boolean> {
    const { Bucket, Key } = this.at(from);
    const input = { ...this.at(to), ...this.attributes, CopySource: encodeURI(`${Bucket}/${Key}`) };
    return (await found(() => this.client.send(new CopyObjectCommand(input)))) !== undefined;
  }

  /** Every object in the folder, in order of their names; `after`: those whose name is greater. */
  async *list(folder: string, after = ''): AsyncIterable<StoredEntry> {
    if (endsBefore(folder, after)) return;
    const StartAfter = after ? `${this.prefix}${after}` : undefined;
    let ContinuationToken: string | undefined;
    do {
      const input = { Bucket: this.options.bucket, Prefix: `${this.prefix}${folder}/`, StartAfter, ContinuationToken };
      const page = await explained(() => this.client.send(new ListObjectsV2Command(input)));
      for (const { Key = '', Size, LastModified } of page.Contents ?? []) {
        yield { key: Key.slice(this.prefix.length), ...statOf({ ContentLength: Size, LastModified }) };
      }
      ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (ContinuationToken !== undefined);
  }

  private async deleteBatch(names: string[], abortSignal?: AbortSignal): Promise<FailedDeletion[]> {
    const byKey = new Map(names.map((name) => [this.at(name).Key, name]));
    const Objects = [...byKey.keys()].map((Key) => ({ Key }));
    const input = { Bucket: this.options.bucket, Delete: { Objects, Quiet: true } };
    const { Errors = [] } = await explained(() => this.client.send(new DeleteObjectsCommand(input), { abortSignal }));
    return Errors.filter(({ Code }) => Code !== 'NoSuchKey').map(({ Key = '', Code, Message }) => ({
      key: byKey.get(Key) ?? Key,
      error: s3Error(Object.assign(new Error(Message), { name: Code ?? 'InternalError' })),
    }));
  }

  url(name: string, expiresInSeconds: number): Promise<string> {
    const command = new GetObjectCommand(this.at(name));
    return explained(() => getSignedUrl(this.client, command, { expiresIn: expiresInSeconds }));
  }

  private get prefix(): string {
    const folder = this.options.rootDirectory.replace(/^\/+|\/+$/g, '');
    return folder ? `${folder}/` : '';
  }
}

/** A list tells milliseconds, a HEAD only seconds. */
function statOf({ ContentLength = 0, LastModified }: { ContentLength?: number; LastModified?: Date }): BlobStat {
  const seconds = Math.floor((LastModified?.getTime() ?? 0) / 1000);
  return { size: ContentLength, modifiedAt: new Date(seconds * 1000) };
}
