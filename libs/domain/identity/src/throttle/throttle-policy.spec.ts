import { isLoopback, pauseAfter } from './throttle-policy';

describe('after wrong passwords', () => {
  it.each([
    [0, 0],
    [4, 0],
    [5, 1.5],
    [6, 3],
    [7, 6],
    [8, 12],
    [9, 24],
    [10, 30],
    [19, 30],
    [20, 900],
    [50, 900],
  ])('%i for one account from one network, %d s', (failures, seconds) => {
    expect(pauseAfter('pair', failures)).toBe(seconds * 1_000);
  });

  it.each([
    ['account', 99, 0],
    ['account', 100, 900],
    ['network', 29, 0],
    ['network', 30, 900],
    ['network', 1_000, 900],
  ] as const)('for one %s, %i cost %d s', (kind, failures, seconds) => {
    expect(pauseAfter(kind, failures)).toBe(seconds * 1_000);
  });
});

it.each([
  ['127.0.0.1', true],
  ['127.8.0.1', true],
  ['::1', true],
  ['', false],
  ['10.0.0.1', false],
  ['::1:1', false],
])('%s is the machine itself: %s', (address, expected) => {
  expect(isLoopback(address)).toBe(expected);
});
