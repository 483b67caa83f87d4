#!/usr/bin/env node
// `npm run jobs-chaos -- --seconds 60 --seed 7`: see --help.
import { parseArgs } from 'node:util';
import { Random } from '../fuzz/random.mjs';
import { chaos } from './run.mjs';

const SHOWN = 20;
const HELP = `usage: npm run jobs-chaos -- [options]
Three job services on one Postgres and one Redis that keeps nothing run tasks and schedules. They are killed (-9) at
random, also between an effect and its answer, or stopped for longer than their leases; Redis is wiped (FLUSHALL), killed
and started. In the end each effect must be there once: in an external ledger that knows a key again, and in Postgres.

  --tasks <n>     how many (default 200)
  --seconds <n>   how long everything dies (default 60)
  --seed <n>      of the choices (default by the clock)
`;

async function main() {
  const { values } = parseArgs({
    options: {
      tasks: { type: 'string', default: '200' },
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return say(HELP) && 0;
  say(`seed ${values.seed}`);
  const random = new Random(Number(values.seed));
  const result = await chaos({ tasks: Number(values.tasks), seconds: Number(values.seconds), random, say });
  say(describe(result.events));
  say(describe(result.figures));
  for (const problem of result.problems.slice(0, SHOWN)) say(`FAILED ${problem}`);
  if (result.problems.length > 0) say(`errors of the services:\n${result.log.slice(-SHOWN).join('\n')}`);
  say(result.problems.length === 0 ? 'every effect exactly once' : `${result.problems.length} problems`);
  return result.problems.length === 0 ? 0 : 1;
}

const say = (line) => process.stdout.write(`${line}\n`);
const describe = (counts) =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.stderr.write(`${error.stack}\n${(error.lines ?? []).join('\n')}\n`);
    process.exitCode = 1;
  },
);
