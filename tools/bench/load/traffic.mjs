// Images pushed and pulled at a steady pace until somebody says stop, as other people use a registry meanwhile.
import { setTimeout as sleep } from 'node:timers/promises';
import { Histogram } from '../histogram.mjs';
import { imageManifest, RegistryClient, sha256, uniqueBlobs } from './registry-client.mjs';

const CONFIG_BYTES = 1_024;
/** What is refused because garbage collection has just taken something is pushed again, as people do it. */
const PUSH_TRIES = 5;

/**
 * @typedef {object} TrafficJob
 * @property {import('./connection.mjs').Endpoint} endpoint
 * @property {string} header
 * @property {{ perSecond: number, clients: number, repository: string }} pushes
 * @property {{ perSecond: number, clients: number, repositories: { name: string, tags: string[] }[] }} pulls
 * @property {number} layers @property {number} layerBytes
 * @property {number} first number of the first image
 */

/** @param {TrafficJob} job */
export async function traffic(job, { stopped }) {
  const run = { job, isOver: false, next: job.first, pushed: [], attempted: [] };
  void stopped.then(() => (run.isOver = true));
  const [pushes, pulls] = await Promise.all([pace(run, job.pushes, pushNext), pace(run, job.pulls, pullOne)]);
  return { pushes, pulls, pushed: run.pushed, attempted: run.attempted };
}

/** Each pushed image by its tag, and each of its blobs. Throws at the first that is not what was pushed. */
export async function verify({ endpoint, header, repository, images }) {
  const client = new RegistryClient(endpoint, header);
  for (const { tag, manifest, blobs } of images) {
    const found = sha256(await client.getManifest(repository, tag));
    if (found !== manifest) throw new Error(`${repository}:${tag} is ${found}, ${manifest} was pushed`);
    for (const digest of blobs) requireDigest(digest, await client.getBlob(repository, digest));
  }
  client.close();
  return { images: images.length };
}

/**
 * Turns are due at fixed times, whatever the ones before took, and a time is counted from when its turn was due: a server that
 * stands still for a second has made all wait that came in that second.
 */
async function pace(run, { perSecond, clients }, turn) {
  const histogram = new Histogram();
  const failures = {};
  const began = performance.now();
  let turns = 0;
  const loop = async () => {
    const client = new RegistryClient(run.job.endpoint, run.job.header);
    while (!run.isOver) {
      const due = began + (turns++ * 1_000) / perSecond;
      await sleep(Math.max(0, due - performance.now()));
      if (run.isOver) break;
      await turn(run, client, (error) => {
        const what = error.status ?? error.message;
        failures[what] = (failures[what] ?? 0) + 1;
      });
      histogram.record((performance.now() - due) * 1_000);
    }
    client.close();
  };
  if (perSecond > 0) await Promise.all(Array.from({ length: clients }, loop));
  const [p50, p99, worst] = [0.5, 0.99, 1].map((quantile) => histogram.quantile(quantile) / 1_000);
  return { count: histogram.count, p50, p99, worst, failures };
}

async function pushNext(run, client, failed) {
  const tag = `v${run.next++}`;
  for (let tries = 1; tries <= PUSH_TRIES; tries++) {
    try {
      run.pushed.push(await pushImage(run, client, tag));
      return;
    } catch (error) {
      failed(error);
    }
  }
}

async function pushImage({ job, attempted }, client, tag) {
  const { repository } = job.pushes;
  const push = async (bytes) => {
    attempted.push(sha256(bytes));
    return { digest: await client.pushBlob(repository, bytes), size: bytes.length };
  };
  const config = await push(uniqueBlobs(CONFIG_BYTES)());
  const nextLayer = uniqueBlobs(job.layerBytes);
  const layers = [];
  for (let layer = 0; layer < job.layers; layer++) layers.push(await push(nextLayer()));
  const manifest = imageManifest({ config, layers, name: tag });
  await client.pushManifest(repository, tag, manifest);
  return { tag, manifest: sha256(manifest), blobs: [config, ...layers].map(({ digest }) => digest) };
}

/** A manifest by tag, then all its blobs, like a client that has nothing yet. */
async function pullOne({ job }, client, failed) {
  const { name, tags } = anyOf(job.pulls.repositories);
  try {
    const { config, layers } = JSON.parse(await client.getManifest(name, anyOf(tags)));
    for (const { digest } of [config, ...layers]) requireDigest(digest, await client.getBlob(name, digest));
  } catch (error) {
    failed(error);
  }
}

function requireDigest(digest, bytes) {
  if (sha256(bytes) !== digest) throw new Error(`${digest} was answered with something else`);
}

const anyOf = (list) => list[Math.floor(Math.random() * list.length)];
