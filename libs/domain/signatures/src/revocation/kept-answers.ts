import { LRUCache } from 'lru-cache';

/** The cache's entries, however small, cost something beside their bytes. */
const entryBytes = 512;

interface KeptAnswer {
  bytes: Buffer;
  /** Milliseconds since 1970, as all times here. */
  fetchedAt: number;
  until: number;
}

/** Answers that were believed, until their own end, within a limit of bytes. */
export class KeptAnswers {
  private readonly answers: LRUCache<string, KeptAnswer>;
  /** What an answer was asked with: whoever believes it has nothing but its bytes. */
  private readonly origins = new WeakMap<Buffer, { key: string; fetchedAt: number }>();

  constructor(maxBytes: number) {
    this.answers = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ bytes }) => bytes.length + entryBytes,
    });
  }

  get(key: string): KeptAnswer | undefined {
    const kept = this.answers.get(key);
    if (kept === undefined || kept.until > Date.now()) return kept;
    this.answers.delete(key);
    return undefined;
  }

  /** It is kept once somebody believes it. */
  offer(key: string, bytes: Buffer): void {
    this.origins.set(bytes, { key, fetchedAt: Date.now() });
  }

  believe(bytes: Buffer, until: Date): void {
    const origin = this.origins.get(bytes);
    if (origin === undefined) return;
    this.answers.set(origin.key, { bytes, fetchedAt: origin.fetchedAt, until: until.getTime() });
  }
}
