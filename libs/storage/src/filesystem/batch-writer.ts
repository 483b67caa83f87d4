import type { FileHandle } from 'node:fs/promises';
import { failpoint } from '@breakwater/kernel';
import type { UploadClaim } from '../upload-claims';
import { storageError } from './storage-error';

/** One `writev` per batch: large enough that system calls cost nothing, small enough to stay in the CPU's cache. */
const BATCH_BYTES = 256 * 1024;
/** Linux takes this many buffers in one `writev` (IOV_MAX). */
const BATCH_CHUNKS = 1024;

interface Written {
  chunks: Buffer[];
  failure?: { error: unknown };
}

/**
 * Writes a body to a file in batches. While one batch is being written, the next is collected and the one before
 * is handed to `onBytes`: hashing and writing overlap, and at most two batches are held.
 */
export class BatchWriter {
  private batch: Buffer[] = [];
  private batchBytes = 0;
  private writing: Promise<Written> = Promise.resolve({ chunks: [] });
  private broken = false;

  constructor(
    private readonly handle: FileHandle,
    private readonly claim: UploadClaim,
    private position: number,
    private readonly onBytes: (chunk: Buffer) => void,
  ) {}

  /** Writes all of `body`, or what came before it failed; returns the position after the last byte. */
  async drain(body: AsyncIterable<Buffer>): Promise<number> {
    try {
      for await (const chunk of body) {
        if (chunk.length === 0) continue;
        this.batch.push(chunk);
        this.batchBytes += chunk.length;
        if (this.batchBytes >= BATCH_BYTES || this.batch.length >= BATCH_CHUNKS) await this.flush();
      }
    } finally {
      await this.end();
    }
    return this.position;
  }

  private async flush(): Promise<void> {
    const before = await this.writing;
    if (!before.failure) this.writing = this.write(this.batch);
    this.batch = [];
    this.batchBytes = 0;
    this.report(before);
  }

  private async end(): Promise<void> {
    if (!this.broken) await this.flush();
    const last = await this.writing;
    if (!this.broken) this.report(last);
  }

  private report({ chunks, failure }: Written): void {
    this.broken = true;
    for (const chunk of chunks) this.onBytes(chunk);
    if (failure) throw failure.error;
    this.broken = false;
  }

  /** Never rejects: what was written before an error (a disk that fills up) counts as written. */
  private async write(batch: Buffer[]): Promise<Written> {
    const chunks: Buffer[] = [];
    try {
      for (let rest = batch; rest.length > 0;) {
        const { bytesWritten } = await this.claim.run(() => this.handle.writev(rest, this.position));
        this.position += bytesWritten;
        failpoint('upload.after-write');
        rest = moveBytes(rest, bytesWritten, chunks);
      }
      return { chunks };
    } catch (error) {
      return { chunks, failure: { error: storageError(error) } };
    }
  }
}

/** Moves the first `count` bytes of `from` to `to`; returns what is left of `from`. */
function moveBytes(from: Buffer[], count: number, to: Buffer[]): Buffer[] {
  let left = count;
  for (const [index, chunk] of from.entries()) {
    if (chunk.length > left) {
      if (left > 0) to.push(chunk.subarray(0, left));
      return [chunk.subarray(left), ...from.slice(index + 1)];
    }
    to.push(chunk);
    left -= chunk.length;
  }
  return [];
}
