import {
  blobSizes,
  blobVerdict,
  deletedBlobs,
  maxReadBytes,
  repositoryLink,
  storageBatch,
  storageInfo,
  walkedBlob,
  walkedUpload,
  type RepositoryLink,
  type StorageInfo,
} from '@breakwater/contracts';
import { AppError } from '@breakwater/kernel';
import type { z } from 'zod';
import { readLines } from './json-lines';
import { answeredError, unreachable } from './storage-keeper-errors';
import type { StorageKeeper } from './storage-keeper';

/** For a thousand blobs of a slow object store; what takes longer answers in lines. */
const batchTimeoutMs = 300_000;
/** People wait for it. */
const infoTimeoutMs = 3_000;

/** Asks registryctl. Throws its AppErrors, and UNAVAILABLE (`registryctl.unreachable`) when it does not answer. */
export class HttpStorageKeeper implements StorageKeeper {
  constructor(private readonly config: { REGISTRYCTL_URL: string; INTERNAL_SECRET: string }) {}

  async deleteBlobs(
    keys: readonly string[],
    { before }: { before?: Date } = {},
  ): Promise<{ failed: { key: string; message: string }[] }> {
    const failed: { key: string; message: string }[] = [];
    for (const batch of batches(keys)) {
      failed.push(...deletedBlobs.parse(await this.ask('/blobs/delete', { keys: batch, before })).failed);
    }
    return { failed };
  }

  async info(): Promise<StorageInfo> {
    const response = await this.send('/storage', { signal: AbortSignal.timeout(infoTimeoutMs) });
    return storageInfo.parse(await response.json().catch(unreachable));
  }

  async stat(keys: readonly string[]): Promise<({ size: number } | null)[]> {
    const found: ({ size: number } | null)[] = [];
    for (const batch of batches(keys)) found.push(...blobSizes.parse(await this.ask('/blobs/stat', { keys: batch })));
    return found;
  }

  async verify(
    key: string,
    digest: string,
    { bytesPerSecond }: { bytesPerSecond?: number } = {},
  ): Promise<z.output<typeof blobVerdict>> {
    const body = JSON.stringify({ key, digest, bytesPerSecond });
    for await (const verdict of this.lines('/blobs/verify', blobVerdict, { method: 'POST', body })) return verdict;
    throw new AppError('UNKNOWN', 'registryctl gave no verdict');
  }

  async quarantine(key: string): Promise<void> {
    await this.ask('/blobs/quarantine', { key });
  }

  async read(key: string): Promise<Buffer> {
    const query = new URLSearchParams({ key }).toString();
    const response = await this.send(`/blobs/content?${query}`, { signal: AbortSignal.timeout(batchTimeoutMs) });
    const bytes = await response.arrayBuffer().catch(unreachable);
    if (bytes.byteLength > maxReadBytes) throw new AppError('REQUEST_ENTITY_TOO_LARGE', 'the blob is too large');
    return Buffer.from(bytes);
  }

  walk({ after }: { after?: string } = {}): AsyncIterable<z.output<typeof walkedBlob>> {
    return this.lines(`/blobs${afterQuery(after)}`, walkedBlob);
  }

  walkUploads(): AsyncIterable<z.output<typeof walkedUpload>> {
    return this.lines('/uploads', walkedUpload);
  }

  async cancelUploads(ids: readonly string[]): Promise<void> {
    for (const batch of batches(ids)) await this.ask('/uploads/cancel', { ids: batch });
  }

  walkRepositories({ after }: { after?: string } = {}): AsyncIterable<RepositoryLink> {
    return this.lines(`/repositories${afterQuery(after)}`, repositoryLink);
  }

  private async ask(path: string, body: object): Promise<unknown> {
    const signal = AbortSignal.timeout(batchTimeoutMs);
    const response = await this.send(path, { method: 'POST', body: JSON.stringify(body), signal });
    const text = await response.text().catch(unreachable);
    return text ? JSON.parse(text) : undefined;
  }

  private async *lines<T extends z.ZodType>(
    path: string,
    shape: T,
    request: { method?: string; body?: string } = {},
  ): AsyncGenerator<z.output<T>> {
    const gone = new AbortController();
    const response = await this.send(path, { ...request, signal: gone.signal });
    try {
      for await (const item of readLines(response)) yield shape.parse(item);
    } finally {
      // Whoever stops reading ends the walk there, too.
      gone.abort();
    }
  }

  private async send(
    path: string,
    request: { method?: string; body?: string; signal: AbortSignal },
  ): Promise<Response> {
    const response = await fetch(new URL(path, this.config.REGISTRYCTL_URL), {
      ...request,
      headers: {
        authorization: `Harbor-Secret ${this.config.INTERNAL_SECRET}`,
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
    }).catch(unreachable);
    if (!response.ok) throw await answeredError(response);
    return response;
  }
}

function* batches<T>(items: readonly T[]): Iterable<readonly T[]> {
  for (let first = 0; first < items.length; first += storageBatch) yield items.slice(first, first + storageBatch);
}

function afterQuery(after: string | undefined): string {
  return after === undefined ? '' : `?${new URLSearchParams({ after }).toString()}`;
}
