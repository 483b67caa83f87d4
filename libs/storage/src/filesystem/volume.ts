import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isMissing } from './storage-error';

/** Bytes of the volume that a folder lies on, or will lie on once it is made; `free`: for an ordinary account. */
export async function volumeOf(folder: string): Promise<{ total: number; free: number }> {
  try {
    const { bsize, blocks, bavail } = await statfs(folder);
    return { total: blocks * bsize, free: bavail * bsize };
  } catch (error) {
    const above = dirname(folder);
    if (!isMissing(error) || above === folder) throw error;
    return volumeOf(above);
  }
}
