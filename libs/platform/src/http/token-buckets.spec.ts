import * as fc from 'fast-check';
import { TokenBuckets } from './token-buckets';

let time = 0;
const now = () => time;
beforeEach(() => {
  time = 5_000;
});

const takeAll = (buckets: TokenBuckets, key: string, times: number) =>
  Array.from({ length: times }, () => buckets.take(key));

it('lets a burst through and then says how long to wait', () => {
  const buckets = new TokenBuckets({ perSecond: 2, capacity: 3, now });
  expect(takeAll(buckets, 'a', 4)).toEqual([0, 0, 0, 500]);
  time += 400;
  expect(buckets.take('a')).toBeCloseTo(100);
  time += 100;
  expect(takeAll(buckets, 'a', 2)).toEqual([0, 500]);
});

it('gives every key a bucket of its own, which is never more than full', () => {
  const buckets = new TokenBuckets({ perSecond: 1, capacity: 2, now });
  expect(takeAll(buckets, 'a', 3)).toEqual([0, 0, 1_000]);
  expect(takeAll(buckets, 'b', 2)).toEqual([0, 0]);
  time += 3_600_000;
  expect(takeAll(buckets, 'a', 3)).toEqual([0, 0, 1_000]);
});

it('forgets who was not seen longest when there are too many', () => {
  const buckets = new TokenBuckets({ perSecond: 1, capacity: 1, maxKeys: 2, now });
  for (const key of ['a', 'b', 'a', 'c']) buckets.take(key);
  expect(buckets.size).toBe(2);
  expect(buckets.take('a')).toBe(1_000);
  expect(buckets.take('b')).toBe(0);
});

it('never lets more through than the burst and what has flowed in', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 60 });
  fc.assert(
    fc.property(
      steps,
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 10 }),
      (waits, perSecond, capacity) => {
        const buckets = new TokenBuckets({ perSecond, capacity, now });
        const start = time;
        let passed = 0;
        for (const wait of waits) {
          time += wait;
          if (buckets.take('a') === 0) passed++;
          expect(passed).toBeLessThanOrEqual(capacity + ((time - start) * perSecond) / 1_000 + 1e-6);
        }
      },
    ),
  );
});
