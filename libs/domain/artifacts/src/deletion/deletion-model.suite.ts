import type { Item } from './deleted-artifacts.suite';

interface Held {
  item: Item;
  tags: Set<string>;
  /** When it was deleted, counted in steps. */
  step: number;
}

/** What the platform should hold, in maps: repository and digest → artifact. */
export class DeletionModel {
  readonly live = new Map<string, Held>();
  readonly hidden = new Map<string, Held>();
  private step = 0;

  push(repository: string, item: Item, tag?: string): string | undefined {
    if (!item.children.every((digest) => this.live.has(key(repository, digest)))) return 'MANIFEST_BLOB_UNKNOWN';
    this.hidden.delete(key(repository, item.digest));
    const held = this.live.get(key(repository, item.digest)) ?? { item, tags: new Set<string>(), step: 0 };
    if (tag) {
      for (const other of this.of(this.live, repository)) other.tags.delete(tag);
      held.tags.add(tag);
    }
    this.live.set(key(repository, item.digest), held);
    return undefined;
  }

  delete(repository: string, item: Item, keep: boolean): string | undefined {
    const held = this.live.get(key(repository, item.digest));
    if (!held) return 'MANIFEST_UNKNOWN';
    if (this.of(this.live, repository).some((other) => other.item.children.includes(item.digest)))
      return 'PRECONDITION';
    this.remove(repository, [held], keep);
    return undefined;
  }

  deleteRepository(repository: string, keep: boolean): void {
    this.remove(repository, this.of(this.live, repository), keep);
  }

  restore(repository: string, item: Item): string | undefined {
    const root = this.hidden.get(key(repository, item.digest));
    if (!root) return 'NOT_FOUND';
    const wanted = this.withParts(repository, root);
    const there = new Set([...this.of(this.live, repository), ...wanted].map((held) => held.item.digest));
    if (!wanted.every((held) => held.item.children.every((digest) => there.has(digest)))) return 'PRECONDITION';
    const taken = new Set(this.of(this.live, repository).flatMap((held) => [...held.tags]));
    for (const held of wanted) {
      this.hidden.delete(key(repository, held.item.digest));
      this.live.set(key(repository, held.item.digest), {
        ...held,
        tags: new Set([...held.tags].filter((tag) => !taken.has(tag))),
      });
    }
    return undefined;
  }

  purge(repository: string, item: Item): string | undefined {
    return this.hidden.delete(key(repository, item.digest)) ? undefined : 'NOT_FOUND';
  }

  /** Bytes that the quota should say. */
  used(): number {
    const sizes = new Map<string, number>();
    for (const { item } of [...this.live.values(), ...this.hidden.values()]) {
      sizes.set(item.digest, item.payload.length);
      for (const { digest, size } of item.blobs) sizes.set(digest, size);
    }
    return [...sizes.values()].reduce((sum, size) => sum + size, 0);
  }

  lines(held: Map<string, Held>): string[] {
    return [...held].map(([name, { tags }]) => `${name} ${[...tags].sort().join(',')}`).sort();
  }

  /** What must come back with it, and theirs. */
  private withParts(repository: string, root: Held): Held[] {
    const wanted = new Set([root]);
    for (const held of wanted)
      for (const other of this.of(this.hidden, repository)) {
        const accessory = other.item.subject === held.item.digest && other.step >= held.step;
        if (accessory || held.item.children.includes(other.item.digest)) wanted.add(other);
      }
    return [...wanted];
  }

  private remove(repository: string, going: Held[], keep: boolean): void {
    this.step += 1;
    for (const held of going) {
      this.live.delete(key(repository, held.item.digest));
      if (keep) this.hidden.set(key(repository, held.item.digest), { ...held, step: this.step });
    }
  }

  private of(held: Map<string, Held>, repository: string): Held[] {
    return [...held].filter(([name]) => name.startsWith(`${repository}@`)).map(([, value]) => value);
  }
}

const key = (repository: string, digest: string): string => `${repository}@${digest}`;
