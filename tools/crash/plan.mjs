// Which service dies when: everything that chance decides about kills, from the seed.
import { Random } from '../fuzz/random.mjs';

/** As in libs/kernel/src/failpoints.ts; plan.spec.ts compares. */
export const FAILPOINTS = [
  'upload.after-write',
  'upload.after-fsync',
  'upload.after-rename',
  'upload.after-folder-sync',
  'blob.before-commit',
  'blob.after-commit',
  'blob.before-201',
  'manifest.before-commit',
  'manifest.after-commit',
  'manifest.before-201',
];

/** How often a failpoint is passed before it kills, so that other pushes are at other places in that moment. */
const MOST_ARRIVALS = 30;
const SOON_MS = 100;
const LATE_MS = 3_500;

/**
 * Two rows of kills that run side by side, so that a service may also fall while another is coming up.
 * @param {{ kills: number, seed: number }} options
 * @returns {{ registry: { failpoint?: string, afterMs: number }[], others: { service: 'nginx' | 'postgres', afterMs: number }[] }}
 *   afterMs counts from when the service, or the row, is ready again
 */
export function makePlan({ kills, seed }) {
  const random = new Random(seed);
  const moment = () => random.int(SOON_MS, LATE_MS);
  const armed = shuffled(FAILPOINTS, random).map((name) => ({
    failpoint: `${name}:${random.int(1, MOST_ARRIVALS)}`,
    afterMs: 0,
  }));
  const left = kills - armed.length;
  const some = Array.from({ length: Math.floor(left / 3) }, () => ({ afterMs: moment() }));
  const others = Array.from({ length: left - some.length }, (_, index) => ({
    service: index % 2 === 0 ? 'postgres' : 'nginx',
    afterMs: moment(),
  }));
  return { registry: shuffled([...armed, ...some], random), others };
}

function shuffled(list, random) {
  const result = [...list];
  for (let last = result.length - 1; last > 0; last--) {
    const other = random.int(0, last);
    [result[last], result[other]] = [result[other], result[last]];
  }
  return result;
}
