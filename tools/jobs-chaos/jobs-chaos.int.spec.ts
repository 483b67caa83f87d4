import { Random } from '../fuzz/random.mjs';
import { chaos } from './run.mjs';

jest.setTimeout(240_000);

/** `npm run jobs-chaos` runs more of them for longer. */
it('every effect of a job happens exactly once, whatever dies', async () => {
  const random = new Random(Date.now() % 1_000_000);
  const { problems, figures, events } = await chaos({ tasks: 40, seconds: 12, random, say: () => undefined });
  expect(problems).toEqual([]);
  expect(figures.tasks).toBeGreaterThan(40);
  // It would show nothing if nothing had died.
  expect(events.flushed + events.killed).toBeGreaterThan(2);
});
