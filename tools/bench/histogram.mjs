// Latencies in whole microseconds, in buckets 1.6 % wide at most: any number of samples in a few kilobytes.
const EXACT = 128;
const PER_DOUBLING = 64;
const BUCKETS = EXACT + 25 * PER_DOUBLING;
const LARGEST = 2 ** 31 - 1;

export class Histogram {
  #counts = new Uint32Array(BUCKETS);
  count = 0;

  /** @param {number} microseconds */
  record(microseconds) {
    this.#counts[bucketOf(Math.min(Math.max(Math.round(microseconds), 0), LARGEST))] += 1;
    this.count += 1;
  }

  /** The latency that the share `quantile` (0 to 1) of samples does not exceed, in microseconds; 0 without samples. */
  quantile(quantile) {
    const wanted = Math.max(1, Math.ceil(this.count * quantile));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket];
      if (this.count > 0 && seen >= wanted) return upperBound(bucket);
    }
    return 0;
  }
}

/** Values below 128 have a bucket each; above, each doubling has 64. */
function bucketOf(value) {
  if (value < EXACT) return value;
  const shift = 25 - Math.clz32(value);
  return EXACT + (shift - 1) * PER_DOUBLING + (value >> shift) - PER_DOUBLING;
}

function upperBound(bucket) {
  if (bucket < EXACT) return bucket;
  const shift = Math.floor((bucket - EXACT) / PER_DOUBLING) + 1;
  const mantissa = ((bucket - EXACT) % PER_DOUBLING) + PER_DOUBLING;
  return (mantissa + 1) * 2 ** shift - 1;
}
