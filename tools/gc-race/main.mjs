#!/usr/bin/env node
// `npm run gc-race -- --rounds 5000 --seed 7`: races garbage collection against pushes. See --help.
import { parseArgs } from 'node:util';
import { startLab } from '../lab/lab.mjs';
import { raceGarbage } from './run.mjs';

const help = `usage: npm run gc-race -- [options]
Two registries and a collector as processes on one Postgres and one storage folder. Garbage is collected all the time, with
a window of nothing, while clients push images of the same few blobs: asking first and skipping what is there, mounting,
uploading; and delete them. A push may be refused; an image that was acknowledged is read back whole, every byte.

  --rounds <n>   how many; a fifth of them while the collector is killed now and then (default 3000)
  --seed <n>     the same seed makes the same choices (default: by the clock)
`;

async function main() {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '3000' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return process.stdout.write(help) && 0;
  const [rounds, seed] = [Number(values.rounds), Number(values.seed)];
  const lab = await startLab({ registries: 2, cores: 1 });
  let failures = 0;
  try {
    for (const killed of [false, true]) {
      const share = Math.ceil(rounds * (killed ? 0.2 : 0.8));
      const { problems, ...figures } = await raceGarbage({ lab, rounds: share, seed, killed });
      failures += problems.length;
      process.stdout.write(`${killed ? 'killed' : 'calm'}: ${JSON.stringify(figures)}\n${problems.join('\n')}\n`);
    }
  } finally {
    await lab.stop();
  }
  process.stdout.write(
    `seed ${seed}: ${failures === 0 ? 'no acknowledged image misses a byte' : `${failures} problems`}\n`,
  );
  return failures === 0 ? 0 : 1;
}

process.exitCode = await main();
