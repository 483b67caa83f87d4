// The ways in which clients push a blob. Each makes one attempt and answers whether the registry said 201; a session that
// an attempt leaves behind stays in `sessions`.
import { sha256 } from './content.mjs';

const LARGEST_CHUNK = 300_000;
const OCTETS = { 'content-type': 'application/octet-stream' };

/** An answer that is no success. */
export class Refused extends Error {
  constructor(answer, request) {
    super(`${request} was answered ${answer.status} ${answer.body.toString('utf8').slice(0, 300)}`);
    this.status = answer.status;
  }
}

/**
 * @typedef {object} Attempt
 * @property {import('./http.mjs').FrontDoor} door
 * @property {import('../fuzz/random.mjs').Random} random
 * @property {string} repository
 * @property {Buffer} bytes
 * @property {Map<string, { repository: string, bytes: Buffer }>} sessions by location
 */

/** Weight and way. */
export const WAYS = [
  [3, single],
  [3, closing],
  [3, streamed],
  [3, chunked],
];

async function single({ door, repository, bytes }) {
  const path = `/v2/${repository}/blobs/uploads/?digest=${sha256(bytes)}`;
  expect(await door.send('POST', path, { body: bytes, headers: OCTETS }), 201, `POST ${path}`);
}

/** POST, then everything with the closing PUT. */
async function closing(attempt) {
  await close(attempt, await open(attempt), attempt.bytes);
}

/** POST, everything in one PATCH, PUT: what docker does. */
async function streamed(attempt) {
  const location = await open(attempt);
  await append(attempt, location, { from: 0, to: attempt.bytes.length });
  await close(attempt, location);
}

/** POST, a PATCH for each chunk, PUT. */
async function chunked(attempt) {
  const location = await open(attempt);
  await appendFrom(attempt, location, 0);
  await close(attempt, location);
}

/** Goes on with an upload where the registry says that it stands. */
export async function resume(attempt, location) {
  const answer = expect(await attempt.door.send('GET', location), 204, `GET ${location}`);
  const last = Number(/^0-(\d+)$/.exec(answer.headers.range)?.[1]);
  // "0-0" is also said of an empty upload; our chunks are longer than a byte.
  await appendFrom(attempt, location, last === 0 ? 0 : last + 1);
  await close(attempt, location);
}

async function open({ door, repository, bytes, sessions }) {
  const path = `/v2/${repository}/blobs/uploads/`;
  const { headers } = expect(await door.send('POST', path), 202, `POST ${path}`);
  sessions.set(headers.location, { repository, bytes });
  return headers.location;
}

async function appendFrom(attempt, location, offset) {
  for (let from = offset; from < attempt.bytes.length;) {
    const to = Math.min(from + attempt.random.int(2, LARGEST_CHUNK), attempt.bytes.length);
    await append(attempt, location, { from, to, ranged: true });
    from = to;
  }
}

async function append({ door, bytes }, location, { from, to, ranged = false }) {
  const headers = ranged ? { ...OCTETS, 'content-range': `${from}-${to - 1}` } : OCTETS;
  expect(await door.send('PATCH', location, { body: bytes.subarray(from, to), headers }), 202, `PATCH ${location}`);
}

async function close({ door, bytes, sessions }, location, body) {
  const path = `${location}?digest=${sha256(bytes)}`;
  expect(await door.send('PUT', path, { body, headers: OCTETS }), 201, `PUT ${path}`);
  sessions.delete(location);
}

function expect(answer, status, request) {
  if (answer.status !== status) throw new Refused(answer, request);
  return answer;
}
