import { startLab } from '../lab/lab.mjs';
import { CONDITIONS } from './conditions.mjs';
import { race } from './run.mjs';

jest.setTimeout(300_000);

/** Rounds under each condition; `npm run coherence` runs thousands. */
const rounds = Number(process.env.COHERENCE_ROUNDS ?? 40);

let lab: Awaited<ReturnType<typeof startLab>>;

beforeAll(async () => {
  lab = await startLab({ registries: 2, cores: 2, proxied: true });
});
afterAll(() => lab?.stop());

/** Pushes, deletes, visibility, members, robots, users, quotas: at one replica, and then asked for at another. */
describe('two registries and two cores', () => {
  it.each(Object.keys(CONDITIONS))('never answer from before an acknowledged change: %s', async (condition) => {
    const { problems, warm } = await race({
      lab,
      condition: condition as keyof typeof CONDITIONS,
      rounds,
      seed: Date.now() % 1_000_000,
    });
    expect(problems).toEqual([]);
    // It would show nothing if the replicas had cached nothing.
    expect(warm).toBeGreaterThan(0);
  });

  it('never drift from a quota, nor pass it', async () => {
    const { problems } = await race({ lab, condition: 'calm', rounds, seed: Date.now() % 1_000_000, names: ['quota'] });
    expect(problems).toEqual([]);
  });
});
