import type { StorageKeeper } from '@breakwater/platform';
import { blobKey } from '@breakwater/storage';

/** Layers are shared: what was looked up a moment ago is looked up again soon. */
const remembered = 50_000;

/** Sizes of blobs in storage. */
export class BlobSizes {
  private readonly known = new Map<string, number>();

  constructor(private readonly keeper: Pick<StorageKeeper, 'stat'>) {}

  /** By digest; those that are not there are not in the map. */
  async of(digests: Iterable<string>): Promise<Map<string, number>> {
    const wanted = [...new Set(digests)];
    const unknown = wanted.filter((digest) => !this.known.has(digest));
    const found = await this.keeper.stat(unknown.map(blobKey));
    const sizes = new Map<string, number>();
    for (const digest of wanted) {
      const size = this.known.get(digest) ?? found[unknown.indexOf(digest)]?.size;
      if (size !== undefined) sizes.set(digest, size);
    }
    this.remember(sizes);
    return sizes;
  }

  private remember(sizes: ReadonlyMap<string, number>): void {
    if (this.known.size > remembered) this.known.clear();
    for (const [digest, size] of sizes) this.known.set(digest, size);
  }
}
