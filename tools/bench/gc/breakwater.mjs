// Ours: the whole platform on a copy of the tree. Import, the load without and with a collection, and what is left.
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LoadProcess } from '../load-process.mjs';
import { cpuSeconds, processes } from '../machine.mjs';
import { startBreakwater } from '../targets/breakwater.mjs';
import { copyTree, emptyPageCache } from './trees.mjs';

const SERVICES = ['registryctl', 'jobservice', 'registry', 'core'];
const GROUPS = [
  ...SERVICES.map((name) => [name, new RegExp(`apps/${name}/`)]),
  ['nginx', /nginx/],
  ['postgres', /postgres/],
];
const POLL_MS = 50;
/** Until the load has got going. */
const SETTLE_MS = 2_000;
const PUSHERS = 4;
const PULLERS = 8;
/** Images pushed like those of the tree. */
const LAYERS = 4;
const PULLED_REPOSITORIES = 10;
const PUSHED = 'bench/during-gc';

/**
 * @param {{ folder: string, tree: object, workers: number, options: object, loaded: boolean, say: (text: string) => void }} run
 *   loaded: images are pushed and pulled meanwhile
 */
export async function collectWithBreakwater({ folder, tree, workers, options, loaded, say }) {
  const root = join(folder, 'data/storage');
  copyTree(tree.root, root);
  // The services' account goes through it.
  for (const path of [folder, join(folder, 'data')]) chmodSync(path, 0o755);
  const doors = await startBreakwater(folder, { env: { GC_TIME_WINDOW_HOURS: '0' }, groups: GROUPS });
  const { server, endpoint } = doors.find(({ id }) => id === 'http');
  try {
    say('importing …');
    const imported = await runJob(server, { path: '/system/import', body: {} });
    requireWhole(imported.job, tree.made);
    const load = loaded ? await prepareLoad({ server, endpoint, tree, options }) : undefined;
    const calm = load && (await underLoad(load, () => sleep(options.calm * 1_000)));
    say(`collecting with ${workers} ${workers === 1 ? 'worker' : 'workers'} …`);
    emptyPageCache();
    const parameters = { workers, delete_untagged: false };
    const collect = () =>
      runJob(server, { path: '/system/gc/schedule', body: { schedule: { type: 'Manual' }, parameters } });
    const busy = load ? await underLoad(load, collect) : { outcome: await collect() };
    await load?.verify();
    return { import: imported, collection: { ...busy.outcome, ...freed(busy.outcome.job) }, calm, busy, root };
  } finally {
    await server.stop();
  }
}

/** The load's parts of a run: digests whose blobs must be there, and of those that may be. */
export function pushedBlobs({ calm, busy }) {
  const images = [calm, busy].flatMap((part) => part?.load?.pushed ?? []);
  const attempted = [calm, busy].flatMap((part) => part?.load?.attempted ?? []);
  return { pushed: new Set(images.flatMap(({ blobs }) => blobs)), attempted: new Set(attempted) };
}

/** Starts an execution and waits for its end; CPU seconds of all processes meanwhile, by group. */
async function runJob(server, { path, body }) {
  const before = cpuOf(server);
  const began = performance.now();
  const started = await server.api('POST', path, body);
  const location = started.headers.get('location').replace(/^.*\/api\/v2\.0/, '');
  for (;;) {
    const job = await (await server.api('GET', location)).json();
    const status = job.status ?? job.job_status;
    if (status === 'Success') {
      const seconds = (performance.now() - began) / 1_000;
      const cpu = cpuOf(server);
      for (const [group, value] of Object.entries(before)) cpu[group] -= value;
      return { seconds, cpu, job, log: await (await server.api('GET', `${location}/log`)).text() };
    }
    if (status === 'Error' || status === 'Stopped')
      throw new Error(`${path} ended with ${status}: ${await (await server.api('GET', `${location}/log`)).text()}`);
    await sleep(POLL_MS);
  }
}

function cpuOf(server) {
  const all = processes();
  return Object.fromEntries(Object.entries(server.groups(all)).map(([name, pids]) => [name, cpuSeconds(pids, all)]));
}

function requireWhole({ result }, { images, indexes, garbage }) {
  const { artifacts, unreferenced_blobs: unreferenced, problems } = result;
  if (artifacts === images + indexes && unreferenced === garbage && Object.keys(problems).length === 0) return;
  throw new Error(`the import found something else than the tree has: ${JSON.stringify(result)}`);
}

/** What the collection says that it removed. */
function freed(job) {
  const { freed_space: bytes, purged_blobs: blobs } = JSON.parse(job.job_parameters);
  return { bytes, blobs };
}

async function prepareLoad({ server, endpoint, tree, options }) {
  const every = Math.max(1, Math.floor(tree.repositories.length / PULLED_REPOSITORIES));
  const pulled = tree.repositories.filter((_repository, index) => index % every === 0).slice(0, PULLED_REPOSITORIES);
  const job = {
    kind: 'traffic',
    endpoint,
    pushes: { perSecond: options.pushes, clients: PUSHERS, repository: PUSHED },
    pulls: { perSecond: options.pulls, clients: PULLERS, repositories: pulled },
    layers: LAYERS,
    layerBytes: options.layerBytes,
  };
  const scopes = [`${PUSHED}:pull,push`, ...pulled.map(({ name }) => `${name}:pull`)];
  const images = [];
  /** Tokens end: each part of the load has one of its own. */
  const start = async () => {
    const [header] = await server.authorize(scopes);
    const load = new LoadProcess();
    const result = load.run(
      { ...job, header, first: images.length },
      { started: () => undefined, ended: () => undefined },
    );
    return async () => {
      load.finish();
      try {
        const found = await result;
        images.push(...found.pushed);
        return found;
      } finally {
        load.stop();
      }
    };
  };
  return { start, verify: () => verifyImages({ server, job, scopes, images }) };
}

/** Every image that was acknowledged can be pulled, and is what was pushed. */
async function verifyImages({ server, job, scopes, images }) {
  const [header] = await server.authorize(scopes);
  const load = new LoadProcess();
  try {
    await load.run({ kind: 'verify', endpoint: job.endpoint, header, repository: PUSHED, images });
  } finally {
    load.stop();
  }
}

async function underLoad({ start }, work) {
  emptyPageCache();
  const end = await start();
  await sleep(SETTLE_MS);
  const outcome = await work().catch(async (error) => {
    await end().catch(() => undefined);
    throw error;
  });
  return { outcome, load: await end() };
}
