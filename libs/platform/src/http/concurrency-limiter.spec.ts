import type { AppError } from '@breakwater/kernel';
import { AsyncLocalStorage } from 'node:async_hooks';
import { ConcurrencyLimiter } from './concurrency-limiter';

let said: string[];
beforeEach(() => {
  said = [];
  jest.useFakeTimers();
});
afterEach(() => jest.useRealTimers());

const enter = (limiter: ConcurrencyLimiter, name: string) =>
  limiter.enter((refusal?: AppError) => said.push(refusal ? `${name} ${refusal.code}` : name));

it('lets so many in, then one for each that leaves, in the order in which they came', () => {
  const limiter = new ConcurrencyLimiter({ limit: 2, queueLength: 10, queueMs: 1_000 });
  for (const name of ['a', 'b', 'c', 'd']) enter(limiter, name);
  expect(said).toEqual(['a', 'b']);
  limiter.leave();
  expect(said).toEqual(['a', 'b', 'c']);
  // Who would not wait does not get in front of those who do.
  expect(limiter.tryEnter()).toBe(false);
  for (let left = 0; left < 3; left++) limiter.leave();
  expect(said).toEqual(['a', 'b', 'c', 'd']);
  expect([limiter.tryEnter(), limiter.tryEnter(), limiter.tryEnter()]).toEqual([true, true, false]);
});

it('refuses at once when the queue is full, and when the wait was too long', () => {
  const limiter = new ConcurrencyLimiter({ limit: 1, queueLength: 1, queueMs: 1_000 });
  for (const name of ['a', 'b', 'c']) enter(limiter, name);
  expect(said).toEqual(['a', 'c TOOMANYREQUESTS']);
  jest.advanceTimersByTime(1_000);
  expect(said).toEqual(['a', 'c TOOMANYREQUESTS', 'b TOOMANYREQUESTS']);
  limiter.leave();
  enter(limiter, 'd');
  expect(said.at(-1)).toBe('d');
});

it('says when to come back', () => {
  const limiter = new ConcurrencyLimiter({ limit: 1, queueLength: 0, queueMs: 1_000 });
  enter(limiter, 'a');
  let refusal: unknown;
  limiter.enter((error) => (refusal = error));
  expect(refusal).toMatchObject({ status: 429, headers: { 'retry-after': '5' } });
});

it('forgets who no longer waits', () => {
  const limiter = new ConcurrencyLimiter({ limit: 1, queueLength: 2, queueMs: 1_000 });
  enter(limiter, 'a');
  const quit = enter(limiter, 'b');
  enter(limiter, 'c');
  quit();
  limiter.leave();
  expect(said).toEqual(['a', 'c']);
  jest.advanceTimersByTime(5_000);
  expect(said).toEqual(['a', 'c']);
  // Having entered there is nothing to quit: the place is kept.
  quit();
  expect(limiter.tryEnter()).toBe(false);
});

it('calls back in the context of who waited', () => {
  const store = new AsyncLocalStorage<string>();
  const limiter = new ConcurrencyLimiter({ limit: 1, queueLength: 1, queueMs: 1_000 });
  enter(limiter, 'a');
  let context: string | undefined;
  store.run('who waited', () => limiter.enter(() => (context = store.getStore())));
  store.run('who left', () => limiter.leave());
  expect(context).toBe('who waited');
});
