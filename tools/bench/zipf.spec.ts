import { Random } from '../fuzz/random.mjs';
import { zipf } from './zipf.mjs';

it('draws rank k about 1/k as often as the first', () => {
  const random = new Random(1);
  const draw = zipf({ count: 1_000, random: () => random.next() });
  const counts = new Array<number>(1_000).fill(0);
  for (let drawn = 0; drawn < 200_000; drawn++) counts[draw()]! += 1;
  expect(counts[0]! / counts[1]!).toBeCloseTo(2, 0);
  expect(counts[0]! / counts[9]!).toBeGreaterThan(8);
  expect(counts[0]! / counts[9]!).toBeLessThan(12);
  expect(counts.filter((count) => count > 0).length).toBeGreaterThan(950);
});

it('reaches both ends and no further', () => {
  const ends = [0, 1 - Number.EPSILON / 2];
  const draw = zipf({ count: 7, random: () => ends.shift()! });
  expect([draw(), draw()]).toEqual([0, 6]);
});

it('draws evenly with the exponent 0', () => {
  const draw = zipf({ count: 4, exponent: 0, random: () => 0.6 });
  expect(draw()).toBe(2);
});
