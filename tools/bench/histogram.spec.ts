import { Histogram } from './histogram.mjs';

function histogramOf(values: number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

it('finds quantiles within the width of a bucket, which is 1.6 %', () => {
  const histogram = histogramOf(Array.from({ length: 100_000 }, (_, index) => index + 1));
  for (const quantile of [0.01, 0.5, 0.9, 0.99, 0.999]) {
    const exact = quantile * 100_000;
    expect(histogram.quantile(quantile)).toBeGreaterThanOrEqual(exact);
    expect(histogram.quantile(quantile)).toBeLessThanOrEqual(exact * 1.016 + 1);
  }
  expect(histogram.count).toBe(100_000);
});

it('is exact for small latencies and at the borders of buckets', () => {
  for (const value of [0, 1, 127]) expect(histogramOf([value]).quantile(0.5)).toBe(value);
  for (const value of [128, 129, 255, 256, 1_023, 1_024, 65_535, 2 ** 30]) {
    const found = histogramOf([value]).quantile(0.5);
    expect(found).toBeGreaterThanOrEqual(value);
    expect(found).toBeLessThanOrEqual(value * 1.016);
  }
});

it('keeps what is out of range in its outermost buckets', () => {
  expect(histogramOf([-5]).quantile(1)).toBe(0);
  expect(histogramOf([Number.MAX_SAFE_INTEGER]).quantile(1)).toBeGreaterThanOrEqual(2 ** 31 - 1);
});

it('answers 0 without samples', () => {
  expect(new Histogram().quantile(0.5)).toBe(0);
});
