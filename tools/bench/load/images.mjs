// Pushes whole images: config and layers that the server has never seen, then the manifest.
import { Histogram } from '../histogram.mjs';
import { imageManifest, RegistryClient, uniqueBlobs } from './registry-client.mjs';

const CONFIG_BYTES = 1_024;
const WARM_UP_SECONDS = 2;
/** What a server that compiles as it runs needs to have seen before it runs as it will from then on. */
const WARM_UP_IMAGES = 300;

/** Images pushed to each server so far, by its port. */
const pushed = new Map();

/** Every image has a tag of its own. */
let images = 0;

/**
 * @param {{ endpoint: import('./connection.mjs').Endpoint, header: string, repository: string, clients: number,
 *   seconds: number, layers: number, layerBytes: number }} job
 */
export async function pushImages(job, signals) {
  const clients = Array.from({ length: job.clients }, () => new RegistryClient(job.endpoint, job.header));
  try {
    await warmUp(clients, job);
    signals.started();
    const began = performance.now();
    const histogram = await pushFor(job.seconds, clients, job);
    const seconds = (performance.now() - began) / 1_000;
    signals.ended();
    return {
      seconds,
      count: histogram.count,
      p50: histogram.quantile(0.5),
      p99: histogram.quantile(0.99),
      failures: {},
    };
  } finally {
    for (const client of clients) client.close();
  }
}

async function warmUp(clients, job) {
  const { port } = job.endpoint;
  do {
    const { count } = await pushFor(WARM_UP_SECONDS, clients, job);
    pushed.set(port, (pushed.get(port) ?? 0) + count);
  } while (pushed.get(port) < WARM_UP_IMAGES);
}

/** The last images count in full, and so does the time that they take. */
async function pushFor(seconds, clients, job) {
  const histogram = new Histogram();
  const end = performance.now() + seconds * 1_000;
  const loop = async (client) => {
    for (let began = performance.now(); began < end; began = performance.now()) {
      await pushImage(client, job, `v${++images}`);
      histogram.record((performance.now() - began) * 1_000);
    }
  };
  await Promise.all(clients.map(loop));
  return histogram;
}

async function pushImage(client, { repository, layers, layerBytes }, tag) {
  const nextLayer = uniqueBlobs(layerBytes);
  const nextConfig = uniqueBlobs(CONFIG_BYTES);
  const pushed = [];
  for (let layer = 0; layer < layers; layer++)
    pushed.push({ digest: await client.pushBlob(repository, nextLayer()), size: layerBytes });
  const config = { digest: await client.pushBlob(repository, nextConfig()), size: CONFIG_BYTES };
  await client.pushManifest(repository, tag, imageManifest({ config, layers: pushed, name: tag }));
}
