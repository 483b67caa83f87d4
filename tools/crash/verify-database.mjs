// What the rows say, compared with the files and with each other.
import { createHash } from 'node:crypto';
import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from './content.mjs';

const V2 = 'docker/registry/v2';

/** What artifacts reference, those too that were deleted and can be restored. */
const REFERENCED = `
  SELECT a.project_id, a.digest, a.manifest_size, ab.blob_id FROM artifact a LEFT JOIN artifact_blob ab ON ab.artifact_id = a.id
  UNION ALL SELECT d.project_id, d.digest, d.manifest_size, db.blob_id FROM deleted_artifact d
  LEFT JOIN deleted_artifact_blob db ON db.deleted_artifact_id = d.id`;

/** Each statement names what is wrong, a row for each case. */
const CONTRADICTIONS = {
  'the quota of a project is not what its artifacts reference': `
    SELECT p.name, q.used, u.bytes FROM quota q JOIN project p ON p.id = q.project_id, LATERAL (
      SELECT (SELECT coalesce(sum(b.size), 0) FROM blob b WHERE b.id IN (
                SELECT blob_id FROM (${REFERENCED}) r WHERE r.project_id = p.id))
           + (SELECT coalesce(sum(size), 0) FROM (
                SELECT DISTINCT digest, manifest_size AS size FROM (${REFERENCED}) r WHERE r.project_id = p.id) m) AS bytes) u
    WHERE q.used <> u.bytes`,
  'project_blob is not what the artifacts of the project reference': `
    SELECT coalesce(pb.project_id, r.project_id) AS project, coalesce(pb.blob_id, r.blob_id) AS blob
    FROM project_blob pb FULL JOIN (
      SELECT DISTINCT project_id, blob_id FROM (${REFERENCED}) n WHERE blob_id IS NOT NULL) r
      ON r.project_id = pb.project_id AND r.blob_id = pb.blob_id
    WHERE pb.blob_id IS NULL OR r.blob_id IS NULL`,
  'an artifact has a blob that is not live, or not in its repository': `
    SELECT a.digest AS artifact, b.digest AS blob, b.status FROM artifact a
    JOIN artifact_blob ab ON ab.artifact_id = a.id JOIN blob b ON b.id = ab.blob_id
    LEFT JOIN repository_blob rb ON rb.blob_id = b.id AND rb.repository_id = a.repository_id
    WHERE b.status <> 'none' OR rb.blob_id IS NULL`,
  'an artifact was pushed and no event tells of it': `
    SELECT r.name, a.digest FROM artifact a JOIN repository r ON r.id = a.repository_id
    WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.topic = 'artifact.pushed' AND o.key = r.name AND o.payload ->> 'digest' = a.digest)`,
  'an event tells of an artifact that is not there': `
    SELECT o.key, o.payload ->> 'digest' AS digest FROM outbox o WHERE o.topic = 'artifact.pushed'
    AND NOT EXISTS (SELECT 1 FROM artifact a JOIN repository r ON r.id = a.repository_id
                    WHERE r.name = o.key AND a.digest = o.payload ->> 'digest')`,
};

/**
 * @param {{ query: (sql: string) => Promise<object[]>, storage: string }} options
 * @returns {Promise<{ counts: Record<string, number>, problems: string[] }>}
 */
export async function verifyDatabase({ query, storage }) {
  const problems = [];
  for (const [contradiction, sql] of Object.entries(CONTRADICTIONS))
    for (const row of await query(sql)) problems.push(`${contradiction}: ${JSON.stringify(row)}`);
  const blobs = await query(`SELECT digest, size FROM blob WHERE status <> 'deleting'`);
  for (const blob of blobs) problems.push(...(await compareWithFile(storage, blob)));
  problems.push(...(await manifestProblems(query)));
  const files = blobFiles(storage);
  const known = new Set(blobs.map(({ digest }) => digest));
  return {
    counts: { blobRows: blobs.length, blobFilesWithoutRow: files.filter((digest) => !known.has(digest)).length },
    problems,
  };
}

async function compareWithFile(storage, { digest, size }) {
  const [algorithm, hex] = digest.split(':');
  const hash = createHash(algorithm);
  let length = 0;
  try {
    for await (const chunk of createReadStream(join(storage, V2, 'blobs', algorithm, hex.slice(0, 2), hex, 'data'))) {
      hash.update(chunk);
      length += chunk.length;
    }
  } catch (error) {
    return [`the row of ${digest} has no file: ${error.code}`];
  }
  if (length !== Number(size)) return [`the file of ${digest} has ${length} bytes, its row says ${size}`];
  return hash.digest('hex') === hex ? [] : [`the file of ${digest} holds other bytes`];
}

/** A manifest's bytes, and whether the rows beside it name every blob that it names. */
async function manifestProblems(query) {
  const rows = await query(`
    SELECT m.digest, m.payload, m.size, array_agg(DISTINCT b.digest::text) AS blobs FROM manifest m
    LEFT JOIN (${REFERENCED}) r ON r.digest = m.digest LEFT JOIN blob b ON b.id = r.blob_id GROUP BY m.digest`);
  return rows.flatMap(({ digest, payload, size, blobs }) => {
    if (sha256(payload) !== digest || payload.length !== size)
      return [`the row of manifest ${digest} holds other bytes`];
    const { config, layers } = JSON.parse(payload);
    const missing = [config, ...layers].filter((named) => !blobs.includes(named.digest));
    return missing.map((named) => `manifest ${digest} names ${named.digest}, and no row says so`);
  });
}

function blobFiles(storage) {
  const root = join(storage, V2, 'blobs/sha256');
  return readdirSync(root).flatMap((prefix) => readdirSync(join(root, prefix)).map((hex) => `sha256:${hex}`));
}

/** Files of uploads that no session knows: garbage, and no harm. */
export function uploadFiles(storage) {
  return readdirSync(join(storage, V2, 'uploads'));
}
