/** Addresses remembered; some 500 bytes each. */
const LIMIT = 10_000;
/** An address dies with the keys that signed it. Those of a role are renewed five minutes before their end. */
const MAX_REUSE_MS = 4 * 60_000;

interface SignedUrl {
  url: string;
  /** Until when it is given out, in ms of the clock. */
  until: number;
}

/**
 * Signing costs most of a pull's time, and every client of a popular blob may get the same address: it is given out
 * again during the first half of its life, for four minutes at most.
 */
export class SignedUrls {
  private readonly urls = new Map<string, SignedUrl>();

  constructor(
    private readonly sign: (name: string, seconds: number) => Promise<string>,
    private readonly now = () => Date.now(),
  ) {}

  async get(name: string, seconds: number): Promise<string> {
    const id = `${seconds} ${name}`;
    const known = this.urls.get(id);
    const now = this.now();
    if (known && now < known.until) return known.url;
    const url = await this.sign(name, seconds);
    this.urls.delete(id);
    this.urls.set(id, { url, until: now + Math.min(seconds * 500, MAX_REUSE_MS) });
    const oldest = this.urls.keys().next();
    if (this.urls.size > LIMIT && !oldest.done) this.urls.delete(oldest.value);
    return url;
  }
}
