import fs, { type FileHandle } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { DiskHistory, FileNode, type FolderNode, type Luck, type Node } from './disk-history';

interface Call {
  /** The `this` of the call. */
  on: unknown;
  args: unknown[];
  result: unknown;
  /** Steps when it began. */
  began: number;
}

/**
 * Watches what happens to a folder and can tell what a power cut at any moment would have left of it: bytes that were
 * not fsynced are lost, and so are names of folders that were not. As in every file system with a journal, a rename
 * happens or does not, and a folder that was fsynced keeps all its names.
 *
 * Sees what goes through `node:fs/promises`; `differences` finds what went past it. One at a time in a process.
 */
export class PowerLossDisk {
  private readonly nodes = new WeakMap<FileHandle, Node>();
  private readonly undo: (() => void)[] = [];
  private readonly waiting: (() => void)[] = [];
  private cutAt = Infinity;
  private announceCut: () => void = () => undefined;
  /** Resolves when the power is gone. */
  readonly gone = new Promise<void>((resolve) => {
    this.announceCut = resolve;
  });

  private constructor(
    readonly root: string,
    private readonly history: DiskHistory,
  ) {}

  /** Starts to watch. What is in the folder now counts as durable. */
  static async watch(root: string): Promise<PowerLossDisk> {
    const history = new DiskHistory();
    await loadFolder(root, history.root);
    const disk = new PowerLossDisk(root, history);
    const handle = await fs.open(root);
    disk.watchNames();
    disk.watchFiles(Object.getPrototypeOf(handle) as FileHandle);
    await handle.close();
    return disk;
  }

  /** How many changes and fsyncs there were. */
  get steps(): number {
    return this.history.steps;
  }

  /** From step `step` on nothing is written, and nobody who asks for it gets an answer. */
  cutPowerAt(step: number): void {
    this.cutAt = step;
    if (this.isCut()) this.announceCut();
  }

  /** What is left after a power cut at `step`: paths below the folder, and the bytes of files (null: a folder). */
  leftAfter(step: number, luck?: Luck): Map<string, Buffer | null> {
    return this.history.leftAfter(step, luck);
  }

  /** Writes that to another folder. */
  async copyLeftAfter(step: number, { to, luck }: { to: string; luck?: Luck }): Promise<void> {
    for (const [path, bytes] of this.leftAfter(step, luck)) {
      if (bytes === null) await fs.mkdir(join(to, path));
      else await fs.writeFile(join(to, path), bytes, { mode: 0o640 });
    }
  }

  /** Paths where the folder is not what was seen to happen: none, unless something went past this class. */
  async differences(): Promise<string[]> {
    const [seen, real] = [this.history.now(), new Map<string, Buffer | null>()];
    for (const entry of await fs.readdir(this.root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      real.set(relative(this.root, path), entry.isFile() ? await fs.readFile(path) : null);
    }
    const same = (path: string) => {
      const [a, b] = [seen.get(path), real.get(path)];
      return a === b || (a instanceof Buffer && b instanceof Buffer && a.equals(b));
    };
    return [...new Set([...seen.keys(), ...real.keys()])].filter((path) => !same(path));
  }

  /** Looks away: the file system is as it was. Who waits for an answer since the cut is told that there will be none. */
  stop(): void {
    for (const restore of this.undo) restore();
    for (const giveUp of this.waiting) giveUp();
  }

  private watchNames(): void {
    this.watchCalls(fs, 'open', ({ args: [path], result }) => {
      const place = this.place(path);
      if (place) this.nodes.set(result as FileHandle, place.folder.names.get(place.name) ?? this.history.create(place));
      else if (path === this.root) this.nodes.set(result as FileHandle, this.history.root);
    });
    this.watchCalls(fs, 'rename', ({ args }) => {
      const [from, to] = args.map((path) => this.place(path));
      if (from && to) this.history.rename(from, to);
    });
    this.watchCalls(fs, 'mkdir', ({ args: [path] }) => this.history.makeFolders(this.parts(path) ?? []));
    for (const name of ['unlink', 'rmdir'] as const) {
      this.watchCalls(fs, name, ({ args: [path] }) => {
        const place = this.place(path);
        if (place) this.history.unlink(place);
      });
    }
  }

  private watchFiles(prototype: FileHandle): void {
    this.watchCalls(prototype, 'writev', ({ on, args: [buffers, position], result }) => {
      const { bytesWritten } = result as { bytesWritten: number };
      const bytes = Buffer.concat(buffers as Buffer[]).subarray(0, bytesWritten);
      this.withFile(on, (file) => this.history.write(file, Number(position), bytes));
    });
    this.watchCalls(prototype, 'truncate', ({ on, args: [length] }) =>
      this.withFile(on, (file) => this.history.truncate(file, Number(length))),
    );
    for (const name of ['sync', 'datasync'] as const) {
      // It covers what was there when it began, and counts when it is through.
      this.watchCalls(prototype, name, ({ on, began }) => {
        const node = this.nodes.get(on as FileHandle);
        if (node) this.history.sync(node, began);
      });
    }
  }

  private withFile(handle: unknown, work: (file: FileNode) => void): void {
    const node = this.nodes.get(handle as FileHandle);
    if (node instanceof FileNode) work(node);
  }

  /** Calls `seen` after each call that went well. When the power is gone, no call begins and none is answered. */
  private watchCalls<T extends object>(owner: T, name: keyof T & string, seen: (call: Call) => void): void {
    const original = owner[name] as (...args: unknown[]) => Promise<unknown>;
    const whilePowered = async (on: unknown, args: unknown[]): Promise<unknown> => {
      if (this.isCut()) return this.noAnswer();
      const began = this.history.steps;
      const result = await original.apply(on, args);
      seen({ on, args, result, began });
      if (!this.isCut()) return result;
      this.announceCut();
      if (name === 'open') await (result as FileHandle).close();
      return this.noAnswer();
    };
    const watched = function (this: unknown, ...args: unknown[]) {
      return whilePowered(this, args);
    };
    Object.assign(owner, { [name]: watched });
    this.undo.push(() => Object.assign(owner, { [name]: original }));
  }

  private noAnswer(): Promise<never> {
    return new Promise((_, reject) => this.waiting.push(() => reject(new Error('the power is gone'))));
  }

  private isCut(): boolean {
    return this.history.steps >= this.cutAt;
  }

  private parts(path: unknown): string[] | undefined {
    return typeof path === 'string' && path.startsWith(this.root + sep)
      ? relative(this.root, path).split(sep)
      : undefined;
  }

  private place(path: unknown): { folder: FolderNode; name: string } | undefined {
    const parts = this.parts(path);
    const name = parts?.pop();
    return parts && name !== undefined ? { folder: this.history.folder(parts), name } : undefined;
  }
}

async function loadFolder(path: string, folder: FolderNode): Promise<void> {
  for (const entry of await fs.readdir(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isFile()) {
      folder.load(entry.name, await fs.readFile(inner));
      continue;
    }
    await loadFolder(inner, folder.load(entry.name));
  }
}

/** Some of what was not fsynced survives, by chance (mulberry32): the same seed, the same fate. */
export function luckBySeed(seed: number): Luck {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    keepsName: () => next() < 0.5,
    keepsBytes: (length) => (next() < 0.3 ? 0 : Math.floor(next() * (length + 1))),
    leavesZeros: () => next() < 0.5,
  };
}
