import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isMissing } from './storage-error';

/** The service's account writes and reads; its group (nginx may run in it) reads; nobody else. */
const FOLDER_MODE = 0o750;

/**
 * Makes folders below a root whose names survive a power cut. A name is durable once the folder above it has been
 * fsynced; who made it does not matter, so a folder made by another process a moment ago is synced again here.
 */
export class DurableFolders {
  /** Folders whose names, and all names above them, are known to be durable. Holds the fixed levels only: about 500 paths at most. */
  private readonly durable = new Set<string>();

  constructor(private readonly root: string) {}

  /**
   * Makes `folder` and what is missing above it. ENOENT when a delete takes it meanwhile: mkdir finds that it is there,
   * Node asks what it is, and hears that there is none.
   */
  async make(folder: string): Promise<void> {
    const first = await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
    if (first === undefined) return;
    for (let made = folder; made.length >= first.length; made = dirname(made)) this.durable.delete(made);
    // Above the root nothing is ever made again, so this is the moment for it.
    if (first.length <= this.root.length) await this.syncAbove(this.root, dirname(first));
  }

  /** Makes the names in `folder`, its own name and those above it durable. */
  async sync(folder: string): Promise<void> {
    const parent = dirname(folder);
    await Promise.all([syncFolder(folder), syncFolder(parent)]);
    const unsure: string[] = [];
    for (let above = parent; above !== this.root && !this.durable.has(above); above = dirname(above))
      unsure.unshift(above);
    // From the top down: another upload stops looking at the first durable folder, so those above it must be durable too.
    for (const above of unsure) {
      await syncFolder(dirname(above));
      this.durable.add(above);
    }
  }

  private async syncAbove(folder: string, last: string): Promise<void> {
    let above = folder;
    do {
      above = dirname(above);
      await syncFolder(above);
    } while (above !== last);
  }
}

/** A folder that is gone has no names to keep: a delete was quicker. */
async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(folder, 'r');
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
