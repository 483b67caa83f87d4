interface Bucket {
  tokens: number;
  /** When `tokens` was right, in ms. */
  at: number;
}

export interface TokenBucketOptions {
  /** Tokens that flow into a bucket. */
  perSecond: number;
  /** Tokens that a bucket holds, and begins with. */
  capacity: number;
  /** Beyond that, the bucket that was not asked for longest is forgotten: its owner begins with a full one again. */
  maxKeys?: number;
  /** A clock in ms that never goes back. */
  now?: () => number;
}

/** One bucket of tokens for each key, in the memory of this process. */
export class TokenBuckets {
  /** Least recently used first. */
  private readonly buckets = new Map<string, Bucket>();
  private readonly perMs: number;

  constructor(private readonly options: TokenBucketOptions) {
    this.perMs = options.perSecond / 1_000;
  }

  /** Takes a token. 0: there was one; else the ms until there will be one. */
  take(key: string): number {
    const { capacity, maxKeys = 50_000, now = () => performance.now() } = this.options;
    const at = now();
    const known = this.buckets.get(key);
    const tokens = known ? Math.min(capacity, known.tokens + (at - known.at) * this.perMs) : capacity;
    const left = tokens >= 1 ? tokens - 1 : tokens;
    this.buckets.delete(key);
    this.buckets.set(key, { tokens: left, at });
    if (this.buckets.size > maxKeys) this.forgetOldest();
    return tokens >= 1 ? 0 : (1 - tokens) / this.perMs;
  }

  get size(): number {
    return this.buckets.size;
  }

  private forgetOldest(): void {
    for (const key of this.buckets.keys()) {
      this.buckets.delete(key);
      return;
    }
  }
}
