import { expiryWarning } from './robot-rules';

describe('what is said of a robot that ends', () => {
  const now = new Date('2026-11-01T00:00:00Z');
  const inDays = (days: number): number => now.getTime() / 1_000 + days * 86_400;
  it.each([
    ['never', -1, 'none'],
    ['in three weeks', inDays(21), 'none'],
    ['in two weeks', inDays(14), 'soon'],
    ['in an hour', inDays(1 / 24), 'soon'],
    ['now', inDays(0), 'expired'],
    ['long ago', 0, 'expired'],
  ])('%s', (_when, expiresAt, warning) => {
    expect(expiryWarning(expiresAt, now)).toBe(warning);
  });
});
