import type { CacheUsage } from '@breakwater/platform';
import { LRUCache } from 'lru-cache';
import type { LeaseHolder, Ticket } from './lease-holder';

interface Entry<V> {
  value: V;
  ticket: Ticket;
}

/** Answers from Postgres, kept while they are true: nothing comes out that a change acknowledged anywhere made false. */
export class CoherentCache<V> {
  private readonly entries: LRUCache<string, Entry<V>>;
  private hits = 0;
  private misses = 0;
  private invalidations = 0;

  /** `sizeOf` in bytes. */
  constructor(
    private readonly lease: LeaseHolder,
    options: { maxBytes: number; sizeOf: (value: V, key: string) => number },
  ) {
    this.entries = new LRUCache<string, Entry<V>>({
      maxSize: options.maxBytes,
      sizeCalculation: ({ value }, key) => Math.max(1, options.sizeOf(value, key)),
    });
  }

  get(key: string): V | undefined {
    const value = this.find(key);
    if (value === undefined) this.misses++;
    else this.hits++;
    return value;
  }

  get usage(): CacheUsage {
    const { hits, misses, invalidations, entries } = this;
    return { hits, misses, invalidations, entries: entries.size, bytes: entries.calculatedSize };
  }

  private find(key: string): V | undefined {
    if (!this.lease.isValid) return undefined;
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    if (this.lease.isCurrent(entry.ticket)) return entry.value;
    this.entries.delete(key);
    this.invalidations++;
    return undefined;
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  /** `ticket` was taken before the value was read. */
  set(key: string, value: V, ticket: Ticket): void {
    if (this.lease.isCurrent(ticket)) this.entries.set(key, { value, ticket });
  }
}
