#!/usr/bin/env node
// `npm run crowd`: everybody pushes and pulls at once, through the front door of a platform of its own. See --help.
import { mkdtempSync, rmSync, chmodSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startBreakwater } from '../bench/targets/breakwater.mjs';
import { megabytes, memoryOf, watchMemory } from '../lab/memory.mjs';
import { pullAll, pushAll } from './crowd.mjs';

const MEBIBYTE = 1024 * 1024;
const help = `usage: npm run crowd -- [options]
Starts a platform and pushes that many images at the same moment, then pulls at the same moment. Every connection is
open, and every body begun, before the first one goes on. Everything is removed at the end. Linux only.

  --pushes <n>      images, each a layer that nobody else has (default 3000)
  --megabytes <n>   of a layer (default 5)
  --pulls <n>       blobs (default 1200)
  --dir <folder>    where the data goes while it runs (default ${tmpdir()})
`;

async function main() {
  const { values } = parseArgs({
    options: {
      pushes: { type: 'string', default: '3000' },
      megabytes: { type: 'string', default: '5' },
      pulls: { type: 'string', default: '1200' },
      dir: { type: 'string', default: tmpdir() },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return process.stdout.write(help) && 0;
  const [pushes, pulls, bytes] = [Number(values.pushes), Number(values.pulls), Number(values.megabytes) * MEBIBYTE];
  await requireSpace(values.dir, pushes * bytes);
  const folder = mkdtempSync(join(values.dir, 'breakwater-crowd-'));
  chmodSync(folder, 0o755);
  try {
    return await run({ folder, pushes, pulls, bytes });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function requireSpace(folder, bytes) {
  const { bavail, bsize } = await statfs(folder);
  const needed = bytes * 1.05 + 1_024 * MEBIBYTE;
  const gigabytes = (count) => `${(count / 1024 ** 3).toFixed(1)} GB`;
  say(`${gigabytes(needed)} of disk are needed in ${folder}, ${gigabytes(bavail * bsize)} are free`);
  if (needed > bavail * bsize) throw new Error('not enough free space');
}

async function run({ folder, pushes, pulls, bytes }) {
  const targets = await startBreakwater(join(folder, 'platform'));
  const { server, endpoint } = targets.find(({ id }) => id === 'http');
  const supervisor = server.groups().rest.at(-1);
  const watch = watchMemory(supervisor);
  let own = 0;
  const timer = setInterval(() => (own = Math.max(own, memoryOf(process.pid).rss)), 1_000);
  try {
    const repository = 'bench/crowd';
    const [header] = await server.authorize([`${repository}:pull,push`]);
    const place = { endpoint, repository, authorization: header.replace(/^Authorization: /, '') };
    const pushed = await pushAll({ ...place, count: pushes, bytes });
    report('pushes', pushed, pushes);
    const { digests } = pushed;
    if (digests.length === 0) return 1;
    const pulled = await pullAll({ ...place, digests, count: pulls, bytes });
    report('pulls', pulled, pulls);
    return pushed.errors.size + pulled.errors.size === 0 ? 0 : 1;
  } finally {
    clearInterval(timer);
    describeMemory(await watch.stop(), own);
    await server.stop();
  }
}

function report(what, { done, atOnce, seconds, errors }, wanted) {
  const failed = [...errors.values()].reduce((sum, count) => sum + count, 0);
  say(`${done} of ${wanted} ${what} in ${seconds.toFixed(1)} s, ${atOnce} at the same moment, ${failed} errors`);
  for (const [message, count] of errors) say(`FAILED ${count} × ${message}`);
}

function describeMemory(most, own) {
  for (const [name, { processes, largest, sum }] of most)
    say(`memory of ${name}: ${megabytes(largest)} in its largest process, ${megabytes(sum)} in all ${processes} (PSS)`);
  say(`memory of the crowd itself: ${megabytes(own)}`);
}

const say = (line) => process.stdout.write(`${line}\n`);

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  },
);
