import type { FileHandle } from 'node:fs/promises';

interface Kept {
  handle: FileHandle;
  /** Bytes in the file. */
  size: number;
  since: number;
}

const keepMs = 5_000;
const maxKept = 128;

/**
 * Files of uploads between two requests. The next one most often follows at once, and need not find the file and its
 * size again: of a small blob's system calls that is half. Who takes a file has it alone; few are kept, and not for long.
 */
export class OpenUploads {
  private readonly kept = new Map<string, Kept>();
  private timer: NodeJS.Timeout | undefined;

  /** The file, if it is kept and has exactly `size` bytes. */
  async take(id: string, size: number): Promise<FileHandle | undefined> {
    const kept = this.kept.get(id);
    if (!kept) return undefined;
    this.kept.delete(id);
    if (kept.size === size) return kept.handle;
    await kept.handle.close();
    return undefined;
  }

  /** Until it is taken, or closed here. */
  keep(id: string, handle: FileHandle, size: number): void {
    void this.drop(id);
    this.kept.set(id, { handle, size, since: performance.now() });
    const oldest = this.kept.size > maxKept ? this.kept.keys().next().value : undefined;
    if (oldest !== undefined) void this.drop(oldest);
    this.timer ??= setTimeout(() => this.closeOld(), keepMs).unref();
  }

  async drop(id: string): Promise<void> {
    const kept = this.kept.get(id);
    this.kept.delete(id);
    // Nothing hangs on how it ends: what must be durable is synced before.
    await kept?.handle.close().catch(() => undefined);
  }

  private closeOld(): void {
    this.timer = undefined;
    const now = performance.now();
    for (const [id, { since }] of this.kept) if (now - since >= keepMs) void this.drop(id);
    if (this.kept.size > 0) this.timer = setTimeout(() => this.closeOld(), keepMs).unref();
  }
}
