#!/usr/bin/env node
// `npm run crash`: see --help.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePrograms } from '../start/programs.mjs';
import { HELP, parseCommandLine } from './arguments.mjs';
import { startPlatform } from './platform.mjs';
import { crashRun } from './run.mjs';

const PROBLEMS_SHOWN = 20;
const say = (line) => process.stdout.write(`${line}\n`);

async function main() {
  const options = parseCommandLine(process.argv.slice(2));
  if (options.help) return say(HELP) && 0;
  await ensurePrograms(['redis-server', 'nginx']);
  const began = performance.now();
  say(`crash run with seed ${options.seed}`);
  const platform = await startPlatform(options);
  let sound = false;
  try {
    const result = await crashRun({ platform, ...options, say });
    sound = result.problems.length === 0;
    report(result, { ...options, platform, seconds: (performance.now() - began) / 1_000 });
  } finally {
    await platform.stop();
    if (sound && !options.keep) platform.remove();
    else say(`kept: ${platform.folder}`);
  }
  return sound ? 0 : 1;
}

function report({ figures, problems }, { seed, platform, seconds }) {
  for (const [title, counts] of figures) say(`${title}: ${describe(counts)}`);
  for (const problem of problems.slice(0, PROBLEMS_SHOWN)) say(`FAILED ${problem}`);
  writeFileSync(join(platform.folder, 'result.json'), JSON.stringify({ seed, figures, problems }, null, 2));
  const verdict = problems.length === 0 ? 'nothing acknowledged was lost' : `${problems.length} problems`;
  say(`seed ${seed}, ${Math.round(seconds)} s: ${verdict}`);
}

const describe = (counts) =>
  Object.entries(counts)
    .map(([name, value]) => `${name} ${typeof value === 'object' ? `(${describe(value)})` : value}`)
    .join(', ');

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    say(`${error.stack}\n${(error.lines ?? []).join('\n')}`);
    process.exitCode = 1;
  },
);
