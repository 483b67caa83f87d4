// Pushers and garbage collection, at the same time and on the same few blobs.
import { randomBytes } from 'node:crypto';
import { Api } from '../lab/client.mjs';
import { randomOf } from '../fuzz/random.mjs';
import { Collectors } from './collectors.mjs';
import { Pusher, someLayers } from './pusher.mjs';

const PUSHERS = 6;
const MAX_PROBLEMS = 20;

/**
 * @param {{ lab: object, rounds: number, seed: number, killed?: boolean }} options killed: the collector is, now and then
 * @returns {Promise<{ rounds: number, seconds: number, pushed: number, refused: number, skipped: number, mounted: number,
 *   collections: number, purged: number, kills: number, problems: string[] }>} problems: empty when no acknowledged image
 *   ever missed a byte
 */
export async function raceGarbage({ lab, rounds, seed, killed = false }) {
  const project = `gc${randomBytes(3).toString('hex')}`;
  await new Api(lab.cores[0].url, lab.admin).makeProject(project);
  const all = Array.from({ length: PUSHERS }, (_, number) => `${project}/pusher${number}`);
  const layers = someLayers();
  const pushers = await Promise.all(
    all.map((_, number) => new Pusher({ lab, random: randomOf(seed, number), number, project, layers, all }).open()),
  );
  const collectors = new Collectors({ lab, random: randomOf(seed, PUSHERS), killed });
  await collectors.ready;
  const problems = [];
  let done = 0;
  const began = performance.now();
  const run = async (pusher) => {
    while (done < rounds && problems.length < MAX_PROBLEMS) {
      done++;
      await pusher.round().catch(async (error) => problems.push(await describe(lab, pusher, error)));
    }
  };
  await Promise.all(pushers.map(run));
  await collectors.stop();
  for (const pusher of pushers)
    await pusher.verify().catch(async (error) => problems.push(`at the end: ${await describe(lab, pusher, error)}`));
  const sum = (name) => pushers.reduce((total, pusher) => total + pusher[name], 0);
  const { collections, purged, kills, errors } = collectors;
  const seconds = Math.round((performance.now() - began) / 1_000);
  const counts = { pushed: sum('pushed'), refused: sum('refused'), skipped: sum('skipped'), mounted: sum('mounted') };
  return { rounds: done, seconds, ...counts, collections, purged, kills, problems: [...problems, ...errors] };
}

/** With what the service logged, when it answered that it failed. */
async function describe(lab, { name }, { message, answer }) {
  const logged = answer ? await lab.loggedOf(answer) : [];
  return [`${name}: ${message}`, ...logged].join('\n  ');
}
