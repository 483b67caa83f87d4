/** What becomes of a change that was not fsynced when the power went. */
export interface Luck {
  /** The name got to the disk all the same. */
  keepsName: () => boolean;
  /** How many of the bytes written, from the first, got there; what follows them is lost. */
  keepsBytes: (length: number) => number;
  /** Lost bytes leave zeros in a file that is as long as it should be: its size got there, they did not. */
  leavesZeros: () => boolean;
}

/** Nothing survives but what was fsynced. */
const none: Luck = { keepsName: () => false, keepsBytes: () => 0, leavesZeros: () => false };
const all: Luck = { keepsName: () => true, keepsBytes: (length) => length, leavesZeros: () => false };

interface Write {
  step: number;
  position: number;
  /** Undefined: cut to `position`. */
  bytes: Buffer | undefined;
}

/** Everything before step `from` is durable once step `at` is over. */
interface Sync {
  from: number;
  at: number;
}

interface Place {
  folder: FolderNode;
  name: string;
}

interface NameChange {
  step: number;
  node: Node;
  /** Undefined: it has no name any more. */
  to: Place | undefined;
  /** Undefined: it is new. */
  from: Place | undefined;
}

class Synced {
  readonly syncs: Sync[] = [];

  /** Changes before this step survive a power cut at `step`. */
  durableBefore(step: number): number {
    return Math.max(0, ...this.syncs.filter(({ at }) => at < step).map(({ from }) => from));
  }
}

export class FileNode extends Synced {
  readonly writes: Write[] = [];

  constructor(private readonly first: Buffer = Buffer.alloc(0)) {
    super();
  }

  bytesAfter(step: number, luck: Luck): Buffer {
    const durable = this.durableBefore(step);
    let content = this.first;
    for (const write of this.writes.filter((candidate) => candidate.step < step))
      content = write.step < durable ? applied(content, write, all) : applied(content, write, luck);
    return content;
  }
}

export class FolderNode extends Synced {
  /** What is in it now, and when the watch began. */
  readonly names = new Map<string, Node>();
  readonly first = new Map<string, Node>();

  load(name: string, bytes: Buffer): FileNode;
  load(name: string): FolderNode;
  load(name: string, bytes?: Buffer): Node {
    const node = bytes ? new FileNode(bytes) : new FolderNode();
    this.names.set(name, node);
    this.first.set(name, node);
    return node;
  }
}

export type Node = FileNode | FolderNode;
type Tree = Map<FolderNode, Map<string, Node>>;

/** Every change of a folder and every fsync in it, in the order in which they were through. */
export class DiskHistory {
  readonly root = new FolderNode();
  private readonly changes: NameChange[] = [];
  steps = 0;

  folder(path: string[]): FolderNode {
    return path.reduce((folder, name) => {
      const inner = folder.names.get(name);
      if (inner instanceof FolderNode) return inner;
      throw new Error(`${path.join('/')} was made behind the back of the power-loss disk`);
    }, this.root);
  }

  create(to: Place): FileNode {
    const node = new FileNode();
    this.change({ node, to, from: undefined });
    return node;
  }

  makeFolders(path: string[]): void {
    let folder = this.root;
    for (const name of path) {
      const known = folder.names.get(name);
      const inner = known instanceof FolderNode ? known : new FolderNode();
      if (inner !== known) this.change({ node: inner, to: { folder, name }, from: undefined });
      folder = inner;
    }
  }

  rename(from: Place, to: Place): void {
    const node = from.folder.names.get(from.name);
    if (node) this.change({ node, from, to });
  }

  unlink(from: Place): void {
    const node = from.folder.names.get(from.name);
    if (node) this.change({ node, from, to: undefined });
  }

  write(file: FileNode, position: number, bytes: Buffer): void {
    file.writes.push({ step: this.steps++, position, bytes });
  }

  truncate(file: FileNode, length: number): void {
    file.writes.push({ step: this.steps++, position: length, bytes: undefined });
  }

  sync(node: Node, from: number): void {
    node.syncs.push({ from, at: this.steps++ });
  }

  now(): Map<string, Buffer | null> {
    return this.leftAfter(this.steps, all);
  }

  leftAfter(step: number, luck: Luck = none): Map<string, Buffer | null> {
    const tree: Tree = new Map();
    for (const change of this.changes.filter((candidate) => candidate.step < step))
      if (isDurable(change, step) || luck.keepsName()) apply(tree, change);
    const found = new Map<string, Buffer | null>();
    const walk = (folder: FolderNode, path: string) => {
      for (const [name, node] of namesIn(tree, folder)) {
        found.set(path + name, node instanceof FileNode ? node.bytesAfter(step, luck) : null);
        if (node instanceof FolderNode) walk(node, `${path}${name}/`);
      }
    };
    walk(this.root, '');
    return found;
  }

  private change(change: Omit<NameChange, 'step'>): void {
    const { node, from, to } = change;
    this.changes.push({ step: this.steps++, ...change });
    from?.folder.names.delete(from.name);
    to?.folder.names.set(to.name, node);
  }
}

/** A rename is one change: whoever fsyncs one of its folders keeps it whole. */
function isDurable({ step, from, to }: NameChange, cut: number): boolean {
  return [from, to].some((place) => place !== undefined && step < place.folder.durableBefore(cut));
}

function apply(tree: Tree, { node, from, to }: NameChange): void {
  // The name may be another's by now, if changes between were lost.
  if (from && namesIn(tree, from.folder).get(from.name) === node) namesIn(tree, from.folder).delete(from.name);
  if (to) namesIn(tree, to.folder).set(to.name, node);
}

function namesIn(tree: Tree, folder: FolderNode): Map<string, Node> {
  const names = tree.get(folder) ?? new Map(folder.first);
  tree.set(folder, names);
  return names;
}

function applied(content: Buffer, { position, bytes }: Write, luck: Luck): Buffer {
  if (!bytes) return luck.keepsName() ? content.subarray(0, position) : content;
  const kept = luck.keepsBytes(bytes.length);
  const end = luck.leavesZeros() ? bytes.length : kept;
  if (end === 0) return content;
  const result = Buffer.alloc(Math.max(content.length, position + end));
  content.copy(result);
  if (end > kept) result.fill(0, position + kept, position + end);
  bytes.copy(result, position, 0, kept);
  return result;
}
