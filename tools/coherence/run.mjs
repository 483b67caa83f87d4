// Runs races in several lanes at once under one condition.
import { randomOf } from '../fuzz/random.mjs';
import { deletedProject, disabledRobot, lockedOutUser, membership, policy, visibility } from './access-races.mjs';
import { CONDITIONS } from './conditions.mjs';
import { deleted, deletedBlob, movedTag, newTag, sameTag } from './content-races.mjs';
import { Lane } from './lane.mjs';
import { quota } from './quota-race.mjs';

/** `[weight, race]`: those that wait for two seconds, or cost a password hash, come up less often. */
const RACES = [
  [8, movedTag],
  [3, newTag],
  [4, deleted],
  [2, deletedBlob],
  [3, sameTag],
  [2, visibility],
  [2, membership],
  [1, policy],
  [2, quota],
  [1, deletedProject],
  [0.3, disabledRobot],
  [0.3, lockedOutUser],
];
export const raceNames = RACES.map(([, { name }]) => name);
const LANES = 6;
const MAX_PROBLEMS = 20;

/**
 * @param {{ lab: object, condition: keyof CONDITIONS, rounds: number, seed: number,
 *   names?: string[] }} options names: of the races, all when absent
 * @returns {Promise<{ condition: string, rounds: number, seconds: number, warm: number, races: Record<string, number>,
 *   problems: string[] }>} problems: empty when no replica ever answered from before an acknowledged change
 */
export async function race({ lab, condition, rounds, seed, names = raceNames }) {
  const races = RACES.filter(([, { name }]) => names.includes(name));
  const lanes = await Promise.all(
    Array.from({ length: LANES }, (_, number) => new Lane({ lab, number, random: randomOf(seed, number) }).open()),
  );
  const result = { condition, rounds: 0, seconds: 0, warm: 0, races: {}, problems: [] };
  const began = performance.now();
  const end = CONDITIONS[condition]({ lab, random: randomOf(seed, LANES) });
  const run = async (lane) => {
    while (result.rounds < rounds && result.problems.length < MAX_PROBLEMS) {
      const { name, problem } = await oneRound(lane, races);
      result.rounds++;
      result.races[name] = (result.races[name] ?? 0) + 1;
      if (problem) result.problems.push(`${name}: ${problem}`);
    }
  };
  try {
    await Promise.all(lanes.map(run));
  } finally {
    await end();
  }
  result.seconds = (performance.now() - began) / 1_000;
  result.warm = lanes.reduce((sum, lane) => sum + lane.warm, 0);
  return result;
}

async function oneRound(lane, races) {
  const chosen = lane.random.weighted(races);
  try {
    await chosen(lane);
    return { name: chosen.name };
  } catch (error) {
    // What it left half done must not count as another problem.
    await lane.renewToken().catch(() => undefined);
    return { name: chosen.name, problem: error.message };
  }
}
