import { startLab } from '../lab/lab.mjs';
import { raceGarbage } from './run.mjs';

jest.setTimeout(300_000);

/** Rounds with and without kills; `npm run gc-race` runs thousands. */
const rounds = Number(process.env.GC_RACE_ROUNDS ?? 100);

let lab: Awaited<ReturnType<typeof startLab>>;

beforeAll(async () => {
  lab = await startLab({ registries: 2, cores: 1 });
});
afterAll(() => lab?.stop());

describe('garbage collection against pushes, with a window of nothing', () => {
  it.each([
    ['runs', false],
    ['is killed now and then', true],
  ])('no acknowledged image misses a byte while it %s', async (_, killed) => {
    const result = await raceGarbage({ lab, rounds, seed: Date.now() % 1_000_000, killed });
    expect(result.problems).toEqual([]);
    // It would show nothing if they had not met.
    expect(result.pushed).toBeGreaterThan(0);
    expect(result.skipped).toBeGreaterThan(0);
    expect(result.purged).toBeGreaterThan(0);
  });
});
