#!/usr/bin/env node
// `npm run bench`: see --help.
import { chmodSync, existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HELP, PARTS, parseCommandLine } from './arguments.mjs';
import { Fixture } from './fixture.mjs';
import { benchGarbageCollection } from './gc/main.mjs';
import { gcSectionOf } from './gc/report.mjs';
import { LoadProcess } from './load-process.mjs';
import { describeMachine } from './machine.mjs';
import { Measurement } from './measure.mjs';
import { budgetTable, document, DOCUMENT, noiseNote, scenarioTable } from './report.mjs';
import { benchScale } from './scale/main.mjs';
import { pushes, scenarios } from './scenarios.mjs';
import { startTargets } from './targets/index.mjs';

const TMPFS = '/dev/shm';
const TMPFS_TYPE = 0x01021994;
const TMPFS_BYTES = 3 * 1024 ** 3;

const say = (text) => process.stderr.write(`${text}\n`);
const print = (text) => process.stdout.write(`${text}\n\n`);

async function main() {
  const [first, ...others] = process.argv.slice(2);
  if (first === 'gc') return benchGarbageCollection(others, { say, print });
  if (first === 'scale') return benchScale(others, { say, print });
  const options = parseCommandLine(process.argv.slice(2));
  if (options.help) return void process.stdout.write(HELP);
  if (process.platform !== 'linux') throw new Error('the benchmark reads /proc: it runs on Linux only');
  print(`${describeMachine()}\n${new Date().toISOString()}`);
  const outcome = { results: new Map(), tables: [], skipped: [] };
  await onDisk(options, outcome);
  if (options.only.includes('push')) await onTmpfs(options, outcome);
  print(budgetTable(outcome.results, { onlyMeasured: options.only.length < PARTS.length }));
  if (outcome.skipped.length > 0) print(`Left out: ${outcome.skipped.join('; ')}`);
  if (noiseNote(outcome.results)) print(noiseNote(outcome.results));
  if (options.write) {
    writeFileSync(
      DOCUMENT,
      document({ ...outcome, options, date: new Date().toISOString().slice(0, 10), gc: gcSectionOf(DOCUMENT) }),
    );
    print('written: docs/performance.md (npm run format brings it into shape)');
  }
}

/** Everything, with the servers' data in --dir. */
async function onDisk(options, outcome) {
  const fixture = new Fixture(options);
  const parts = scenarios(options);
  const chosen = options.only.flatMap((part) => parts[part]);
  await withTargets({ dir: options.dir, chosen }, outcome, async (doors) => {
    if (options.only.some((part) => ['manifests', 'blobs'].includes(part))) await fill(fixture, doors);
    await measure({ chosen, doors, context: { options, fixture } }, outcome);
  });
}

/** Pushes once more where no disk slows anything down. */
async function onTmpfs(options, outcome) {
  const usable = existsSync(TMPFS) && statfsSync(TMPFS);
  if (!usable || usable.type !== TMPFS_TYPE || usable.bavail * usable.bsize < TMPFS_BYTES) {
    outcome.skipped.push(`pushes on tmpfs (needs 3 GB in ${TMPFS})`);
    return;
  }
  const chosen = pushes('tmpfs');
  await withTargets({ dir: TMPFS, chosen }, { ...outcome, skipped: [] }, (doors) =>
    measure({ chosen, doors, context: { options } }, outcome),
  );
}

async function withTargets({ dir, chosen }, outcome, work) {
  const folder = mkdtempSync(join(dir, 'breakwater-bench-'));
  // Servers that are being ended may still write.
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  process.once('exit', remove);
  // The services of the platform run under an account of their own.
  chmodSync(folder, 0o755);
  try {
    const wanted = new Set(chosen.flatMap(({ doors }) => doors));
    const { doors, skipped, stop } = await startTargets({ folder, say, wanted });
    outcome.skipped.push(...skipped);
    try {
      await work(doors);
    } finally {
      await stop();
    }
  } finally {
    remove();
    process.off('exit', remove);
  }
}

async function fill(fixture, doors) {
  const perServer = new Map(doors.map((door) => [door.server.id, door]).reverse());
  for (const door of perServer.values()) {
    say(`pushing ${fixture.repositories.length * fixture.tags.length} images to ${door.server.name} …`);
    await fixture.fill(door);
  }
}

async function measure({ chosen, doors, context }, outcome) {
  const load = new LoadProcess();
  try {
    const measurement = new Measurement({ ...context, load, say });
    for (const scenario of chosen) {
      const rows = await measurement.run(scenario, doors);
      outcome.results.set(scenario.id, rows);
      outcome.tables.push(scenarioTable(scenario, rows));
      print(outcome.tables.at(-1));
    }
  } finally {
    load.stop();
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

main().catch((error) => {
  process.stderr.write(`npm run bench: ${error.message}\n`);
  process.exitCode = 1;
});
