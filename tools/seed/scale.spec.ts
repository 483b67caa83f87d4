import { diskNeed, SCALES, spread } from './scale.mjs';

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);

describe('spread', () => {
  it('shares everything, to the last one, most to the first', () => {
    const shares = spread(2_000_000, 10_000, { least: 3 });
    expect(sum(shares)).toBe(2_000_000);
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(3);
    expect(shares).toEqual([...shares].sort((a, b) => b - a));
    expect(shares[0]).toBeGreaterThan(100 * shares.at(-1)!);
  });

  it('gives everyone the least when there is no more', () => {
    expect(spread(4, 4)).toEqual([1, 1, 1, 1]);
    expect(() => spread(3, 4)).toThrow('not enough');
  });
});

it('has the full scale that lists are measured at', () => {
  expect(SCALES.full).toMatchObject({ projects: 1_000, repositories: 10_000, artifacts: 1_000_000, tags: 2_000_000 });
});

it('asks for more disk where there is more', () => {
  expect(diskNeed(SCALES.full).database).toBeGreaterThan(5e9);
  expect(diskNeed(SCALES.small).database).toBeLessThan(1e8);
});
