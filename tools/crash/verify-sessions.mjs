// Upload sessions that the kills left behind: each can be gone on with or cancelled, at the latest when the claim of a
// writer that died has run out.
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../fuzz/random.mjs';
import { sha256 } from './content.mjs';
import { Refused, resume } from './uploads.mjs';

/** The registry takes a writer for dead after 30 s without a word (upload-sessions.repository.ts). */
const CLAIM_MS = 30_000;
const SLACK_MS = 5_000;
const AGAIN_MS = 500;
/** A connection that ended without an answer. */
const CUT = new Set(['ECONNRESET', 'EPIPE']);

/**
 * @param {{ door: import('./http.mjs').FrontDoor, query: (sql: string) => Promise<object[]>,
 *   sessions: Map<string, { repository: string, bytes: Buffer }> }} options sessions: what clients know, by location
 */
export async function verifySessions({ door, query, sessions }) {
  const rows = await query('SELECT id, repository_name, writer FROM upload_session ORDER BY id');
  const counts = { left: rows.length, claimed: rows.filter(({ writer }) => writer).length };
  const outcomes = { continued: 0, cancelled: 0, gone: 0 };
  const problems = [];
  const deadline = Date.now() + CLAIM_MS + SLACK_MS;
  const settle = async ({ id, repository_name: repository }, index) => {
    const location = `/v2/${repository}/blobs/uploads/${id}`;
    const known = sessions.get(location);
    const work = known && index % 2 === 0 ? () => goOn(door, location, known) : () => cancel(door, location);
    try {
      outcomes[await untilUnclaimed(work, deadline)] += 1;
    } catch (error) {
      problems.push(`the upload ${location} is stuck: ${error.message}`);
    }
  };
  await Promise.all(rows.map(settle));
  const [{ count }] = await query('SELECT count(*) FROM upload_session');
  if (Number(count) > 0) problems.push(`${count} upload sessions are left when each was finished or cancelled`);
  return { counts: { ...counts, ...outcomes }, problems };
}

async function goOn(door, location, { repository, bytes }) {
  const random = new Random(bytes.length);
  try {
    await resume({ door, random, repository, bytes, sessions: new Map() }, location);
  } catch (error) {
    // Its bytes had become a blob when the registry died, and the answer was lost: the session ends with this word.
    if (error.status === 404) return 'gone';
    throw error;
  }
  const pulled = await door.send('GET', `/v2/${repository}/blobs/${sha256(bytes)}`);
  if (pulled.status !== 200 || sha256(pulled.body) !== sha256(bytes)) throw new Error('it ended in another blob');
  return 'continued';
}

async function cancel(door, location) {
  const answer = await door.send('DELETE', location);
  if (answer.status !== 204) throw new Refused(answer, `DELETE ${location}`);
  const after = await door.send('GET', location);
  if (after.status !== 404) throw new Refused(after, `GET ${location} after its DELETE`);
  return 'cancelled';
}

/**
 * 409: somebody is writing, or was when he died. It may come before the body was sent, and then the connection ends with
 * it: no answer is no word on the upload.
 */
async function untilUnclaimed(work, deadline) {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const again = error.status === 409 || CUT.has(error.code);
      if (!again || Date.now() > deadline) throw error;
      await sleep(AGAIN_MS);
    }
  }
}
