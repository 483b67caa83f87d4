import type { Stats } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import type { AppError } from '@breakwater/kernel';
import type { BlobStat, ByteRange } from '../blob-store';
import { blobUnknown, bytesMissing, rangeInvalid, uploadUnknown } from '../refusals';
import { errorCode, explained, isMissing } from './storage-error';

export const openBlob = (path: string) => openFile(path, 'r', blobUnknown);
export const openUpload = (path: string) => openFile(path, 'r+', uploadUnknown);

async function openFile(path: string, flags: 'r' | 'r+', unknown: () => AppError): Promise<FileHandle> {
  return explained(async () => {
    try {
      return await open(path, flags);
    } catch (error) {
      throw isMissing(error) ? unknown() : error;
    }
  });
}

/** `length` bytes from `start`. */
export interface FilePart {
  start: number;
  length: number;
}

/** The part of a blob that `range` asks for; all of it without one. */
export async function partOf(handle: FileHandle, range: ByteRange | undefined): Promise<FilePart> {
  const stats = await handle.stat();
  if (!stats.isFile()) throw blobUnknown();
  return range ? clampRange(range, stats.size) : { start: 0, length: stats.size };
}

/** RFC 9110 §14.1.2: an end past the last byte means the last byte; a start past it cannot be satisfied. */
function clampRange({ start, end }: ByteRange, size: number): FilePart {
  if (!Number.isSafeInteger(start) || start < 0 || start > end || start >= size) {
    throw rangeInvalid(size);
  }
  return { start, length: Math.min(end, size - 1) - start + 1 };
}

export function requireBytes(stats: Stats, size: number): void {
  if (Number.isSafeInteger(size) && size >= 0 && size <= stats.size) return;
  throw bytesMissing(stats.size);
}

/** Drops what lies beyond `size`. */
export async function cutTo(handle: FileHandle, size: number): Promise<void> {
  const stats = await handle.stat();
  requireBytes(stats, size);
  if (stats.size > size) await handle.truncate(size);
}

/** Leaves the first `size` bytes. The time is that of finishing: GC spares young files. */
export async function dateAndCut(handle: FileHandle, size: number): Promise<void> {
  await cutTo(handle, size);
  const now = new Date();
  await handle.utimes(now, now);
}

export async function statFile(path: string): Promise<BlobStat | undefined> {
  try {
    const stats = await stat(path);
    return stats.isFile() ? { size: stats.size, modifiedAt: stats.mtime } : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** A folder that is not empty stays: another finish has used it meanwhile. */
export async function removeIfPresent(remove: (path: string) => Promise<void>, path: string): Promise<void> {
  try {
    await remove(path);
  } catch (error) {
    if (!isMissing(error) && errorCode(error) !== 'ENOTEMPTY' && errorCode(error) !== 'EEXIST') throw error;
  }
}
