import { AppError, isDigest, parseDigest } from '@breakwater/kernel';
import { BLOB_STORE, type BlobStore } from '@breakwater/storage';
import { Inject, Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Verdict {
  outcome: 'intact' | 'corrupt' | 'missing';
  /** Bytes read. */
  size: number;
}

/** Reads stored bytes again and compares them with what they should be. */
@Injectable()
export class BlobVerifier {
  constructor(@Inject(BLOB_STORE) private readonly store: BlobStore) {}

  /** `bytesPerSecond`: at most. Throws DIGEST_INVALID; ends with the signal's reason when it is aborted. */
  async verify(
    key: string,
    digest: string,
    { bytesPerSecond, signal }: { bytesPerSecond?: number; signal?: AbortSignal } = {},
  ): Promise<Verdict> {
    if (!isDigest(digest)) throw new AppError('DIGEST_INVALID', `${digest} is no digest`);
    const { algorithm, hex } = parseDigest(digest);
    const hash = createHash(algorithm);
    const started = performance.now();
    let size = 0;
    try {
      for await (const chunk of await this.store.read(key)) {
        signal?.throwIfAborted();
        hash.update(chunk as Buffer);
        size += (chunk as Buffer).length;
        if (bytesPerSecond)
          await sleep(started + (size / bytesPerSecond) * 1_000 - performance.now(), undefined, { signal });
      }
    } catch (error) {
      if (error instanceof AppError && error.code === 'BLOB_UNKNOWN') return { outcome: 'missing', size: 0 };
      throw error;
    }
    return { outcome: hash.digest('hex') === hex ? 'intact' : 'corrupt', size };
  }
}
