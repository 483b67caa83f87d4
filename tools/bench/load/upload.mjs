// One large blob in one of the three ways in which clients send them.
import { createHash, randomBytes } from 'node:crypto';
import { RegistryClient, withDigest } from './registry-client.mjs';

/** The blob is this block over and over; a chunk is one block. */
const CHUNK_BYTES = 16 * 1024 * 1024;

const WAYS = {
  /** POST, PUT with everything. */
  monolithic: async ({ client, repository, block, bytes, digest }) => {
    const location = await client.startUpload(repository);
    await client.sendLong('PUT', withDigest(location, digest), { block, bytes, status: 201 });
  },
  /** PATCHes of 16 MiB with Content-Range. */
  chunked: async ({ client, repository, block, bytes, digest }) => {
    let location = await client.startUpload(repository);
    for (let start = 0; start < bytes; start += CHUNK_BYTES) {
      const size = Math.min(CHUNK_BYTES, bytes - start);
      const chunk = { block, bytes: size, status: 202, range: `${start}-${start + size - 1}` };
      location = await client.sendLong('PATCH', location, chunk);
    }
    await client.finishUpload(location, digest);
  },
  /** One PATCH without a length, as docker does it. */
  streamed: async ({ client, repository, block, bytes, digest }) => {
    const location = await client.startUpload(repository);
    const next = await client.sendLong('PATCH', location, { block, bytes, status: 202, chunked: true });
    await client.finishUpload(next, digest);
  },
};

/** @param {{ endpoint: object, header: string, repository: string, bytes: number, way: keyof typeof WAYS }} job */
export async function upload({ endpoint, header, repository, bytes, way }, signals) {
  const block = randomBytes(CHUNK_BYTES);
  const digest = digestOfRepeated(block, bytes);
  const client = new RegistryClient(endpoint, header);
  try {
    // Opens the connection.
    await client.startUpload(repository);
    signals.started();
    const began = performance.now();
    await WAYS[way]({ client, repository, block, bytes, digest });
    const seconds = (performance.now() - began) / 1_000;
    signals.ended();
    const microseconds = Math.round(seconds * 1_000_000);
    return { seconds, count: 1, bytes, p50: microseconds, p99: microseconds, failures: {}, digest };
  } finally {
    client.close();
  }
}

function digestOfRepeated(block, bytes) {
  const hash = createHash('sha256');
  for (let done = 0; done < bytes; done += block.length)
    hash.update(block.subarray(0, Math.min(block.length, bytes - done)));
  return `sha256:${hash.digest('hex')}`;
}
