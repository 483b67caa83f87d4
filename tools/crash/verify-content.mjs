// Pulls everything that was acknowledged, as a client does, and hashes it.
import { sha256 } from './content.mjs';
import { acknowledged } from './journal.mjs';

const AT_ONCE = 8;
const ACCEPT = { accept: 'application/vnd.oci.image.manifest.v1+json' };

/**
 * @param {{ door: import('./http.mjs').FrontDoor, entries: object[] }} options entries: the journal's
 * @returns {Promise<{ counts: Record<string, number>, problems: string[] }>}
 */
export async function verifyContent({ door, entries }) {
  const { blobs, manifests, tags } = acknowledged(entries);
  const problems = [];
  const counts = { blobs: blobs.size, manifests: manifests.size, tags: tags.size, bytes: 0, movedByUnansweredPush: 0 };
  const pull = async (path, { digest, size }) => {
    const answer = await door.send('GET', path, { headers: ACCEPT });
    if (answer.status !== 200) return problems.push(`GET ${path}: ${answer.status} ${answer.body.subarray(0, 200)}`);
    counts.bytes += answer.body.length;
    if (answer.body.length !== size) problems.push(`GET ${path}: ${answer.body.length} bytes instead of ${size}`);
    if (sha256(answer.body) !== digest) problems.push(`GET ${path}: the bytes are ${sha256(answer.body)}`);
  };
  await each(blobs.values(), (blob) => pull(`/v2/${blob.repository}/blobs/${blob.digest}`, blob));
  await each(manifests.values(), async (manifest) => {
    await pull(`/v2/${manifest.repository}/manifests/${manifest.digest}`, manifest);
    for (const { digest } of manifest.blobs)
      if (!blobs.has(`${manifest.repository}@${digest}`)) problems.push(`${digest} was never acknowledged`);
  });
  await each(tags.values(), async ({ repository, tag, digest, possible }) => {
    const path = `/v2/${repository}/manifests/${tag}`;
    const answer = await door.send('GET', path, { headers: ACCEPT });
    const found = answer.status === 200 ? sha256(answer.body) : String(answer.status);
    if (found === digest) return;
    if (possible.has(found)) counts.movedByUnansweredPush += 1;
    else problems.push(`GET ${path}: ${found} instead of ${digest}, which was acknowledged last`);
  });
  return { counts, problems };
}

async function each(items, work) {
  const iterator = items[Symbol.iterator]();
  const worker = async () => {
    for (const item of iterator) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
