import { factor, figure, markdownTable, median } from './table.mjs';

it('writes figures with three significant digits', () => {
  const written = [0, 0.0123, 0.5, 12.345, 123.4, 1_234, 98_765, 1_234_567].map((value) => figure(value));
  expect(written).toEqual(['0', '0.012', '0.5', '12.3', '123', '1 230', '98 800', '1 230 000']);
});

it('shows what was not measured as a dash', () => {
  expect([figure(undefined), figure(NaN), factor(Infinity), factor(undefined)]).toEqual(['–', '–', '–', '–']);
  expect(factor(20.04)).toBe('20×');
});

it('finds medians of odd and even numbers, without what is missing', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([undefined, 5])).toBe(5);
  expect(median([])).toBeUndefined();
});

it('aligns a markdown table', () => {
  expect(markdownTable(['path', 'n'], [['GET', '1 000']])).toBe(
    ['| path |     n |', '| ---- | ----: |', '| GET  | 1 000 |'].join('\n'),
  );
});
