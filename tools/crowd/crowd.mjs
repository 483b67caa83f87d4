// Everybody pushes an image at once; everybody pulls a blob at once. Bodies are stopped in the middle until all are there.
import { createHash, randomBytes } from 'node:crypto';
import { imageManifest, MANIFEST, sha256, withDigest } from '../bench/load/registry-client.mjs';
import { answerOf, CrowdClient, digestOfStream, textOf, write } from './client.mjs';
import { Gate } from './gate.mjs';

const PART_BYTES = 64 * 1024;
/** Makes each blob another one: the first bytes of every part. */
const MARK_BYTES = 32;
const CONFIG = Buffer.from('{"architecture":"amd64","os":"linux"}');

/**
 * @typedef {{ endpoint: { host: string, port: number }, authorization: string, repository: string }} Place
 * @typedef {{ done: number, atOnce: number, seconds: number, errors: Map<string, number>, digests: string[] }} Outcome
 *   atOnce: requests that were in the middle of their bodies at the same moment
 */

/** @param {Place & { count: number, bytes: number }} options @returns {Promise<Outcome>} */
export async function pushAll({ count, bytes, ...place }) {
  const shared = randomBytes(PART_BYTES - MARK_BYTES);
  const config = { digest: await pushConfig(place), size: CONFIG.length };
  return together(count, async (number, gate) => {
    const client = new CrowdClient(place.endpoint, place.authorization);
    try {
      const layer = { digest: await pushLayer(client, { ...place, bytes, shared, gate }), size: bytes };
      const manifest = imageManifest({ config, layers: [layer], name: `crowd ${number}` });
      const headers = { 'content-type': MANIFEST };
      await client.ask(201, 'PUT', `/v2/${place.repository}/manifests/v${number}`, { body: manifest, headers });
      return layer.digest;
    } finally {
      client.close();
    }
  });
}

/** @param {Place & { digests: string[], count: number, bytes: number }} options @returns {Promise<Outcome>} */
export async function pullAll({ digests, count, bytes, ...place }) {
  return together(count, async (number, gate) => {
    const client = new CrowdClient(place.endpoint, place.authorization);
    const digest = digests[number % digests.length];
    try {
      const request = client.open('GET', `/v2/${place.repository}/blobs/${digest}`, {});
      request.end();
      const response = await answerOf(request);
      if (response.statusCode !== 200)
        throw new Error(`GET was answered ${response.statusCode} ${await textOf(response)}`);
      await gate.pass();
      const found = await digestOfStream(response);
      if (found.digest !== digest || found.size !== bytes) throw new Error(`a blob came damaged, ${found.size} bytes`);
      return digest;
    } finally {
      client.close();
    }
  });
}

async function pushConfig({ endpoint, authorization, repository }) {
  const client = new CrowdClient(endpoint, authorization);
  const digest = sha256(CONFIG);
  await client.ask(201, 'POST', `/v2/${repository}/blobs/uploads/?digest=${digest}`, { body: CONFIG });
  client.close();
  return digest;
}

/** As docker does it: POST, PATCH without a length, PUT with the digest. */
async function pushLayer(client, { repository, bytes, shared, gate }) {
  const { location } = await client.ask(202, 'POST', `/v2/${repository}/blobs/uploads/`);
  const request = client.open('PATCH', pathOf(location), { 'content-type': 'application/octet-stream' });
  const answer = answerOf(request);
  const sent = sendBody(request, { bytes, shared, gate });
  sent.catch(() => undefined);
  const response = await answer;
  const text = await textOf(response);
  if (response.statusCode !== 202) throw new Error(`PATCH was answered ${response.statusCode} ${text}`);
  const digest = await sent;
  await client.ask(201, 'PUT', withDigest(pathOf(response.headers.location), digest));
  return digest;
}

/** The digest of what was sent; all but the first part waits at the gate. */
async function sendBody(request, { bytes, shared, gate }) {
  const hash = createHash('sha256');
  for (let sent = 0; sent < bytes; sent += PART_BYTES) {
    const size = Math.min(PART_BYTES, bytes - sent);
    const parts = [randomBytes(MARK_BYTES).subarray(0, size), shared.subarray(0, Math.max(0, size - MARK_BYTES))];
    for (const part of parts) hash.update(part);
    await write(request, ...parts);
    if (sent === 0) await gate.pass();
  }
  request.end();
  return `sha256:${hash.digest('hex')}`;
}

const pathOf = (location) => {
  const url = new URL(location, 'http://localhost');
  return url.pathname + url.search;
};

/** Runs `count` at once; who fails before the gate does not hold up the others. */
async function together(count, work) {
  const gate = new Gate(count);
  const outcome = { done: 0, atOnce: 0, seconds: 0, errors: new Map(), digests: [] };
  const began = performance.now();
  const one = async (number) => {
    let passed = false;
    const own = {
      pass: () => {
        passed = true;
        return gate.pass();
      },
    };
    try {
      outcome.digests.push(await work(number, own));
      outcome.done++;
    } catch (error) {
      outcome.errors.set(error.message, (outcome.errors.get(error.message) ?? 0) + 1);
      if (!passed) gate.leave();
    }
  };
  await Promise.all(Array.from({ length: count }, (_, number) => one(number)));
  outcome.seconds = (performance.now() - began) / 1_000;
  outcome.atOnce = gate.arrived;
  return outcome;
}
