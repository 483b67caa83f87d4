import type { BlobReader } from '@breakwater/artifacts';
import { AppError } from '@breakwater/kernel';
import { CONFIG, type CoreConfig } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';

const timeoutMs = 20_000;

/** Asks the registry, which owns the bytes (decision 16). */
@Injectable()
export class RegistryBlobs implements BlobReader {
  constructor(@Inject(CONFIG) private readonly config: Pick<CoreConfig, 'REGISTRY_URL' | 'INTERNAL_SECRET'>) {}

  async open(repository: string, digest: string, maxBytes: number): Promise<Readable> {
    const url = new URL(`/internal/blobs/${digest}`, this.config.REGISTRY_URL);
    url.search = new URLSearchParams({ repository, max: String(maxBytes) }).toString();
    const response = await fetch(url, {
      headers: { authorization: `Harbor-Secret ${this.config.INTERNAL_SECRET}` },
      signal: AbortSignal.timeout(timeoutMs),
    }).catch(unreachable);
    if (response.ok && response.body) return Readable.fromWeb(response.body as ReadableStream);
    await response.body?.cancel();
    throw refusal(response.status, digest);
  }
}

function refusal(status: number, digest: string): AppError {
  if (status === 404) return new AppError('BLOB_UNKNOWN', 'blob unknown to registry', { detail: { digest } });
  if (status === 413) return new AppError('REQUEST_ENTITY_TOO_LARGE', 'the blob is too large', { detail: { digest } });
  return new AppError('UNAVAILABLE', `the registry answered ${status}`, { reason: 'registry.unreachable' });
}

function unreachable(cause: unknown): never {
  throw new AppError('UNAVAILABLE', 'the registry cannot be reached', { reason: 'registry.unreachable', cause });
}
