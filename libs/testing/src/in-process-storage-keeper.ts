import { parseDigest } from '@breakwater/kernel';
import type { StorageKeeper } from '@breakwater/platform';
import type { BlobStore } from '@breakwater/storage';
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

/** What registryctl does for jobs, without a process of its own: for tests and tools that have the store at hand. */
export class InProcessStorageKeeper implements StorageKeeper {
  /** Set aside, by key. */
  readonly quarantined: string[] = [];

  constructor(private readonly store: BlobStore) {}

  async deleteBlobs(keys: readonly string[], { before }: { before?: Date } = {}) {
    const failed: { key: string; message: string }[] = [];
    for (const key of keys) {
      if (before && new Date() > before) throw new Error('too late to delete blobs');
      const left = await this.store.delete([key]);
      failed.push(...left.map(({ error }) => ({ key, message: error instanceof Error ? error.message : 'failed' })));
    }
    return { failed };
  }

  async info() {
    return { driver: this.store.type, capacity: (await this.store.capacity?.()) ?? null };
  }

  stat(keys: readonly string[]) {
    return Promise.all(
      keys.map(async (key) => {
        const found = await this.store.stat(key);
        return found ? { size: found.size } : null;
      }),
    );
  }

  async verify(key: string, digest: string) {
    const found = await this.store.stat(key);
    if (!found) return { outcome: 'missing' as const, size: 0 };
    const { algorithm, hex } = parseDigest(digest);
    const hash = createHash(algorithm);
    for await (const chunk of await this.store.read(key)) hash.update(chunk as Buffer);
    const outcome = hash.digest('hex') === hex ? ('intact' as const) : ('corrupt' as const);
    return { outcome, size: found.size };
  }

  async quarantine(key: string): Promise<void> {
    this.quarantined.push(key);
    await this.store.delete([key]);
  }

  async read(key: string): Promise<Buffer> {
    return buffer((await this.store.read(key)) as Readable);
  }

  async *walk({ after = '' }: { after?: string } = {}) {
    for await (const { key, size, modifiedAt } of this.store.walk())
      if (key > after) yield { key, size, modified: modifiedAt };
  }

  async *walkRepositories({ after }: { after?: string } = {}) {
    for await (const { modifiedAt, ...link } of this.store.walkRepositories(after))
      yield { ...link, modified: modifiedAt };
  }

  async *walkUploads() {
    for await (const { key, size, modifiedAt } of this.store.walkUploads())
      yield { id: key, size, modified: modifiedAt };
  }

  async cancelUploads(ids: readonly string[]): Promise<void> {
    for (const id of ids) await this.store.cancelUpload({ id });
  }
}
