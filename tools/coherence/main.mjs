#!/usr/bin/env node
// `npm run coherence -- --rounds 5000 --seed 7`: races two registries and two cores on one database. See --help.
import { parseArgs } from 'node:util';
import { startLab } from '../lab/lab.mjs';
import { CONDITIONS, SHARES } from './conditions.mjs';
import { race, raceNames } from './run.mjs';

const help = `usage: npm run coherence -- [options]
Two registries and two cores as processes on one Postgres and one Redis. A change is acknowledged by one replica, then
another is asked; an answer from before the change is a failure. So is a quota that drifts.

  --rounds <n>      how many, over all conditions (default 2000)
  --seed <n>        the same seed makes the same choices (default: by the clock)
  --only <names>    comma list of ${Object.keys(CONDITIONS).join(', ')}
  --races <names>   comma list of ${raceNames.join(', ')}

calm: nothing happens. late: a registry hears of changes 500 ms late. cut-off: it hears nothing for up to 4 s.
broken: subscriptions are broken off.
redis: Redis is killed and started. stopped: replicas are stopped (SIGSTOP) for up to 4 s and continued.
`;

async function main() {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '2000' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      only: { type: 'string', default: Object.keys(CONDITIONS).join() },
      races: { type: 'string', default: raceNames.join() },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return process.stdout.write(help) && 0;
  const [rounds, seed] = [Number(values.rounds), Number(values.seed)];
  const chosen = values.only.split(',');
  const whole = chosen.reduce((sum, name) => sum + SHARES[name], 0);
  const lab = await startLab({ registries: 2, cores: 2, proxied: true });
  let problems = 0;
  try {
    for (const condition of chosen) {
      const share = Math.ceil((rounds * SHARES[condition]) / whole);
      const result = await race({ lab, condition, rounds: share, seed, names: values.races.split(',') });
      problems += result.problems.length;
      process.stdout.write(`${describe(result)}\n`);
    }
    if (problems > 0) process.stdout.write(`errors of the services:\n${errorsOf(lab).join('\n')}\n`);
  } finally {
    await lab.stop();
  }
  process.stdout.write(`seed ${seed}: ${problems === 0 ? 'no stale answer, no drift' : `${problems} problems`}\n`);
  return problems === 0 ? 0 : 1;
}

/** The last ones, without what a service says of its answers. */
const errorsOf = ({ log }) =>
  log.filter((line) => /"level":[56]0/.test(line) && !line.includes('failed with status code')).slice(-10);

function describe({ condition, rounds, seconds, warm, races, problems }) {
  const counts = Object.entries(races).map(([name, count]) => `${name} ${count}`);
  return [
    `${condition}: ${rounds} rounds in ${Math.round(seconds)} s, ${warm} answers from memory (${counts.join(', ')})`,
    ...problems.map((problem) => `FAILED ${problem}`),
  ].join('\n');
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  },
);
