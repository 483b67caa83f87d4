// `npm run bench -- scale`: the management API with a million artifacts.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { LoadProcess } from '../load-process.mjs';
import { describeMachine, othersBetween, usage } from '../machine.mjs';
import { DOCUMENT } from '../report.mjs';
import { startBreakwater } from '../targets/breakwater.mjs';
import { HELP, parseScaleCommandLine } from './arguments.mjs';
import { makeCallers } from './callers.mjs';
import { completePlaces, findPlaces } from './places.mjs';
import { missedTable, replaceScaleSection, scaleTable } from './report.mjs';
import { allRequests } from './requests.mjs';
import { prepared } from './scenarios.mjs';

const SEED = fileURLToPath(new URL('../../seed/main.mjs', import.meta.url));
const FIGURES = 'scale-figures.json';
const CONNECTIONS = 32;
const WARM_UP_SECONDS = 0.3;
const GLANCES = 5;
/** What takes longer alone can hardly meet the goal when 32 ask on two cores. */
const GLANCE_MS = 7;

/** @param {string[]} argv @param {{ say: (text: string) => void, print: (text: string) => void }} output */
export async function benchScale(argv, { say, print }) {
  const options = parseScaleCommandLine(argv);
  if (options.help) return void process.stdout.write(HELP);
  if (process.platform !== 'linux') throw new Error('the benchmark reads /proc: it runs on Linux only');
  print(`${describeMachine()}\n${new Date().toISOString()}`);
  await inFolder(options, async (folder) => {
    const file = join(folder, FIGURES);
    const known = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
    await withSeededPlatform({ folder, options, say }, async (platform) => {
      const figures = await measureAll(platform, { options, say });
      print(options.glance ? missedTable(Object.values(figures), GLANCE_MS) : scaleTable(Object.values(figures)));
      if (options.glance) return;
      writeFileSync(file, JSON.stringify({ ...known, ...figures }, undefined, 1));
    });
    if (options.write) {
      const all = Object.values(JSON.parse(readFileSync(file, 'utf8')));
      writeFileSync(DOCUMENT, replaceScaleSection(readFileSync(DOCUMENT, 'utf8'), all, options));
      print('written: docs/performance.md (npm run format brings it into shape)');
    }
  });
}

async function inFolder({ dir, base }, work) {
  if (dir) {
    mkdirSync(dir, { recursive: true, mode: 0o755 });
    return work(resolve(dir));
  }
  const folder = mkdtempSync(join(base, 'breakwater-bench-scale-'));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  process.once('exit', remove);
  // The services of the platform run under an account of their own.
  chmodSync(folder, 0o755);
  return work(folder);
}

async function withSeededPlatform({ folder, options, say }, work) {
  const [core] = await startBreakwater(folder, { keep: true });
  const { server } = core;
  try {
    const data = join(folder, 'data');
    const seed = spawnSync(process.execPath, [SEED, '--scale', options.scale, '--data', data], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    if (seed.status !== 0) throw new Error('the platform could not be seeded');
    const state = JSON.parse(readFileSync(join(data, 'secrets/run-state.json'), 'utf8'));
    const client = new pg.Client({ connectionString: state.core.DATABASE_URL });
    await client.connect();
    const query = async (sql, values) => (await client.query(sql, values)).rows;
    const places = await findPlaces(query).finally(() => client.end());
    say('asking each request once …');
    const callers = await makeCallers({ front: server.front, password: server.password, places });
    await completePlaces(places, callers[0]);
    await work({ server, places, callers });
  } finally {
    await server.stop();
  }
}

async function measureAll({ server, places, callers }, { options, say }) {
  const wanted = allRequests(places).filter(({ operation, path }) => options.only.test(`${operation} ${path}`));
  const mine = wanted.filter((_, index) => index % options.parts === options.part - 1);
  const { scenarios, refused } = await prepared(mine, callers);
  for (const line of refused) say(line);
  const load = new LoadProcess();
  const figures = {};
  try {
    for (const [index, scenario] of scenarios.entries()) {
      const found = options.glance ? await glance(scenario) : await sample({ scenario, server, load, options });
      figures[scenario.name] = { ...scenario.facts, ...found };
      if (index % 50 === 49) say(`${index + 1} of ${scenarios.length}`);
    }
  } finally {
    load.stop();
  }
  return figures;
}

/** The quickest: what it costs, not how long it takes beside others. */
async function glance({ caller, path }) {
  let best = Infinity;
  for (let turn = 0; turn < GLANCES; turn++) {
    const began = performance.now();
    await (await caller.ask(path)).arrayBuffer();
    best = Math.min(best, performance.now() - began);
  }
  return { rate: 1_000 / best, p50: best, p99: best, others: 0, failed: 0 };
}

async function sample({ scenario: { caller, path }, server, load, options }) {
  const { port } = new URL(server.front);
  let before;
  let after;
  const job = {
    kind: 'read',
    endpoint: { host: '127.0.0.1', port: Number(port) },
    connections: CONNECTIONS,
    seconds: options.seconds,
    warmUpSeconds: WARM_UP_SECONDS,
    method: 'GET',
    items: [[`/api/v2.0${path}`, 0]],
    credentials: [caller.lines.length > 0 ? caller.lines : ['']],
    order: 'cycle',
  };
  const result = await load.run(job, { started: () => (before = usage()), ended: () => (after = usage()) });
  return {
    rate: result.count / result.seconds,
    p50: result.p50 / 1_000,
    p99: result.p99 / 1_000,
    others: othersBetween(before, after),
    failed: Object.values(result.failures).reduce((sum, count) => sum + count, 0),
  };
}
