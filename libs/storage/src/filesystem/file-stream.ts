import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { AppError } from '@breakwater/kernel';
import type { FilePart } from './files';
import { explained, storageError } from './storage-error';

/** Measured: half the CPU per byte of createReadStream's default of 64 KB. */
const CHUNK_BYTES = 1024 * 1024;

/** Streams the part of a file that `choose` settles on; the file is closed at the end, on destroy and on refusal. */
export async function streamPart(handle: FileHandle, choose: () => Promise<FilePart>): Promise<Readable> {
  try {
    return streamFile(handle, await explained(choose));
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Every chunk is a buffer of its own, so it may be kept; at most two exist for a reader that lags behind. */
function streamFile(handle: FileHandle, { start, length }: FilePart): Readable {
  const end = start + length;
  let position = start;
  return new Readable({
    highWaterMark: Math.min(CHUNK_BYTES, Math.max(length, 1)),
    read() {
      if (position >= end) {
        this.push(null);
        return;
      }
      readChunk(handle, position, end).then(
        (chunk) => {
          position += chunk.length;
          this.push(chunk);
        },
        (error: Error) => this.destroy(error),
      );
    },
    destroy(error, callback) {
      // close() waits for the read under way.
      handle.close().then(
        () => callback(error),
        (closing: Error) => callback(error ?? closing),
      );
    },
  });
}

async function readChunk(handle: FileHandle, position: number, end: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, end - position));
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, position).catch((error: unknown) => {
    throw storageError(error);
  });
  if (bytesRead === 0) {
    throw new AppError('UNAVAILABLE', 'A file in storage became shorter while it was read', {
      reason: 'storage.failing',
    });
  }
  return bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead);
}
