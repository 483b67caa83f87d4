// `npm run bench -- gc`: garbage collection beside docker-registry's.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { describeMachine, othersBetween, usage } from '../machine.mjs';
import { DOCUMENT } from '../report.mjs';
import { findDockerRegistry } from '../targets/distribution.mjs';
import { HELP, parseGcCommandLine } from './arguments.mjs';
import { collectWithBreakwater, pushedBlobs } from './breakwater.mjs';
import { collectWithDockerRegistry } from './docker-registry.mjs';
import { gcSection, loadTable, replaceGcSection, timeTable } from './report.mjs';
import { copyTree, emptyPageCache, makeAdoptedTree, requireSame, storedBlobs } from './trees.mjs';

/** @param {string[]} argv @param {{ say: (text: string) => void, print: (text: string) => void }} output */
export async function benchGarbageCollection(argv, { say, print }) {
  const options = parseGcCommandLine(argv);
  if (options.help) return void process.stdout.write(HELP);
  if (process.platform !== 'linux') throw new Error('the benchmark reads /proc: it runs on Linux only');
  const registry = findDockerRegistry();
  if (!registry) throw new Error('docker-registry is not here (apt-get install docker-registry)');
  print(
    `${describeMachine()}\n${new Date().toISOString()}, load average ${loadavg()
      .map((value) => value.toFixed(2))
      .join(' ')}`,
  );
  const folder = mkdtempSync(join(options.dir, 'breakwater-bench-gc-'));
  const remove = () => removeFolder(folder);
  process.once('exit', remove);
  // The services of the platform run under an account of their own.
  chmodSync(folder, 0o755);
  const found = await measureRounds({ folder, registry, options, say });
  const facts = { ...found, options, registry, date: new Date().toISOString().slice(0, 10) };
  print(timeTable(facts));
  print(loadTable(facts));
  print(`byte-identical live sets in every round: ${found.live} blobs`);
  if (!options.write) return;
  writeFileSync(DOCUMENT, replaceGcSection(readFileSync(DOCUMENT, 'utf8'), gcSection(facts)));
  print('written: docs/performance.md (npm run format brings it into shape)');
}

/** @returns {Promise<{ tree: object, live: number, dropped: boolean, others: number, samples: Map<string, object[]> }>} */
async function measureRounds({ folder, registry, options, say }) {
  say(`making a tree of ${options.blobs} blobs …`);
  const tree = makeAdoptedTree(join(folder, 'tree'), options);
  const samples = new Map();
  const add = (name, sample) => samples.set(name, [...(samples.get(name) ?? []), sample]);
  const before = usage();
  let live;
  for (let round = 1; round <= options.rounds; round++) {
    const name = (text) => say(`round ${round} of ${options.rounds}: ${text}`);
    name(registry.name);
    const peer = await inFolder(join(folder, 'peer'), (place) => measurePeer({ place, tree, registry }));
    live ??= peer.live;
    requireSame(live, peer.live);
    add(registry.name, peer.sample);
    for (const variant of variantsOf(options)) {
      name(variant.name);
      add(
        variant.name,
        await inFolder(join(folder, 'ours'), (place) => measureOurs({ place, tree, variant, options, live, say })),
      );
    }
  }
  const dropped = emptyPageCache();
  return { tree: tree.made, live: live.size, dropped, others: othersBetween(before, usage()), samples };
}

/** Under load with each number of workers, and once with the machine for itself. */
function variantsOf({ workers }) {
  const named = (count) => `Breakwater, ${count} ${count === 1 ? 'worker' : 'workers'}`;
  return [
    ...workers.map((count) => ({ name: `${named(count)}, pushes and pulls`, workers: count, loaded: true })),
    { name: `${named(workers.at(-1))}, nothing else`, workers: workers.at(-1), loaded: false },
  ];
}

async function measurePeer({ place, tree, registry }) {
  const root = join(place, 'storage');
  copyTree(tree.root, root);
  emptyPageCache();
  const { seconds, cpu } = await collectWithDockerRegistry(registry, { folder: place, root });
  const live = storedBlobs(root);
  if (live.size !== tree.made.blobs - tree.made.garbage) throw new Error(`docker-registry left ${live.size} blobs`);
  return { live, sample: { collection: { seconds, cpu: { registry: cpu } } } };
}

async function measureOurs({ place, tree, variant, options, live, say }) {
  const sample = await collectWithBreakwater({ folder: place, tree, ...variant, options, say });
  requireSame(live, storedBlobs(sample.root), pushedBlobs(sample));
  return sample;
}

async function inFolder(path, work) {
  try {
    return await work(path);
  } finally {
    removeFolder(path);
  }
}

/** rm(1) takes a third of the time of rmSync. Servers that are being ended may still write. */
function removeFolder(path) {
  for (let tries = 5; tries > 0 && spawnSync('rm', ['-rf', path]).status !== 0; tries--);
}
