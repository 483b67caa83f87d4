import type { Sample } from './metrics';

/** A histogram in plain numbers, for where every microsecond counts. */
export class Buckets {
  private readonly counts: number[];
  private sum = 0;
  private count = 0;

  constructor(private readonly bounds: readonly number[]) {
    this.counts = bounds.map(() => 0);
  }

  observe(value: number): void {
    this.sum += value;
    this.count++;
    for (let index = 0; index < this.bounds.length; index++) {
      if (value <= (this.bounds[index] ?? Infinity)) {
        this.counts[index] = (this.counts[index] ?? 0) + 1;
        return;
      }
    }
  }

  samples(labels: Record<string, string>): Sample[] {
    let below = 0;
    const buckets = this.bounds.map((le, index): Sample => {
      below += this.counts[index] ?? 0;
      return { labels: { ...labels, le }, value: below, part: 'bucket' };
    });
    return [
      ...buckets,
      { labels: { ...labels, le: '+Inf' }, value: this.count, part: 'bucket' },
      { labels, value: this.sum, part: 'sum' },
      { labels, value: this.count, part: 'count' },
    ];
  }
}
