// Writes the rows, in one transaction: a seed that was interrupted leaves nothing behind.
import { accessTables } from './access.mjs';
import { auditRows } from './audit-rows.mjs';
import { copyRows } from './copy.mjs';
import { PREFIX } from './content.mjs';
import { counters } from './counters.mjs';
import { deletedTables } from './deleted.mjs';
import { labelTables } from './labels.mjs';
import { jobCounts, writePolicies, writeRuns } from './job-tables.mjs';
import {
  accessoryRows,
  artifactBlobRows,
  artifactRows,
  blobsOf,
  historyRows,
  manifestRows,
  members,
  ownerNameOf,
  ownerOf,
  plan,
  referenceRows,
  tagRows,
} from './rows.mjs';
import { MEMBERS_PER_PROJECT } from './scale.mjs';
import { scannerTables } from './scanners.mjs';

const GIB = 1024 ** 3;
const PROGRESS_ROWS = 500_000;
const GROUPS = 20;
/** What each table needs ids for. */
const counts = (scale, blobsPerRepository) => ({
  project: scale.projects,
  user_account: scale.users,
  project_member: scale.projects * MEMBERS_PER_PROJECT,
  repository: scale.repositories,
  artifact: scale.artifacts,
  blob: scale.repositories * blobsPerRepository,
  tag: scale.tags,
  ...jobCounts(scale),
});

/** How many projects of an earlier seed there are. */
export async function countSeeded(client) {
  const { rows } = await client.query('SELECT count(*)::int AS count FROM project WHERE name LIKE $1', [`${PREFIX}%`]);
  return rows[0].count;
}

/**
 * First id per table of as many as are needed. The platform may be running: while the sequences are moved nobody inserts.
 * Ids that a failed seed took are lost, which harms nobody.
 * @returns {Promise<Record<string, number>>}
 */
export async function reserveIds(client, scale, blobsPerRepository) {
  const wanted = Object.entries(counts(scale, blobsPerRepository));
  await client.query('BEGIN');
  await client.query(`LOCK TABLE ${wanted.map(([table]) => `"${table}"`).join(', ')} IN EXCLUSIVE MODE`);
  const first = {};
  for (const [table, count] of wanted) {
    const { rows } = await client.query(
      `WITH start AS (SELECT nextval(pg_get_serial_sequence($1, 'id')) AS id)
       SELECT id, setval(pg_get_serial_sequence($1, 'id'), id + $2::bigint) FROM start`,
      [table, count],
    );
    first[table] = Number(rows[0].id);
  }
  await client.query('COMMIT');
  return first;
}

/**
 * Storage first, database last.
 * @param {{ client: import('pg').Client, scale: object, first: Record<string, number>, passwordHash: string,
 *   say: (text: string) => void, writeBlob: (blob: { digest: string, bytes: Buffer }) => void, blobsWritten: () => void }} options
 */
export async function writeTables({ client, scale, first, passwordHash, say, writeBlob, blobsWritten }) {
  const platform = plan(scale, first);
  say('blobs …');
  for (const blob of blobsOf(platform)) writeBlob(blob);
  blobsWritten();
  await client.query('BEGIN');
  await client.query('SET LOCAL synchronous_commit = off');
  const copy = (table, columns, rows) =>
    timed(table, say, () => copyRows(client, table, columns, announced(rows, table, say)));
  const statements = async (all) => {
    for (const [what, sql] of all) await timed(what, say, async () => (await client.query(sql)).rowCount);
  };
  await writePeople({ copy, platform, first, passwordHash });
  const uncounted = await withoutTriggers(client, say);
  await writeContent(copy, platform);
  await writeTags(copy, platform);
  // Without it the planner takes the tables for empty.
  await client.query('ANALYZE blob, artifact, artifact_blob, artifact_reference, accessory, tag');
  await statements(deletedTables(first, scale));
  if (uncounted) {
    await statements(counters(first, scale));
    await client.query('SET LOCAL session_replication_role = DEFAULT');
  }
  const now = new Date();
  await writePolicies(copy, platform, { first, now, creatorOf: (project) => ownerNameOf(platform, project) });
  await writeRuns(copy, platform, { first, now });
  const audit = [
    'op_time',
    'project_id',
    'username',
    'operation',
    'resource_type',
    'resource',
    'operation_description',
  ];
  await copy('audit_log', [...audit, 'operation_result', 'source_address', 'user_agent'], auditRows(platform, now));
  const later = [...derived(first, scale), ...labelTables(first, scale), ...scannerTables(first, scale)];
  await statements([...later, ...accessTables()]);
  await client.query('SET LOCAL synchronous_commit = on');
  await client.query('COMMIT');
  say('statistics …');
  await client.query('ANALYZE');
}

/**
 * Triggers that count row by row, and checks of references, are off: the rows are whole, and what
 * would be counted is filled in at once. A database whose owner may not do that counts as always, which takes longer.
 * @returns {Promise<boolean>} whether they are off
 */
async function withoutTriggers(client, say) {
  await client.query('SAVEPOINT triggers');
  try {
    await client.query('SET LOCAL session_replication_role = replica');
    return true;
  } catch (error) {
    await client.query('ROLLBACK TO SAVEPOINT triggers');
    say(`triggers stay on (${error.message}): this takes longer`);
    return false;
  }
}

async function writePeople({ copy, platform, first, passwordHash }) {
  const { users, projects } = platform;
  const userColumns = ['id', 'username', 'email', 'realname', 'comment', 'password_hash'];
  await copy(
    'user_account',
    userColumns,
    users.map(({ id, name }) => [
      id,
      name,
      `${name}@example.com`,
      `Seed ${name.slice(-4)}`,
      'made by npm run seed',
      passwordHash,
    ]),
  );
  await copy(
    'project',
    ['id', 'name', 'owner_id', 'public'],
    projects.map((project) => [project.id, project.name, ownerOf(platform, project), project.index % 4 === 0]),
  );
  await copy(
    'project_member',
    ['id', 'project_id', 'entity_id', 'entity_type', 'role_id'],
    members(platform, first.project_member),
  );
}

async function writeContent(copy, platform) {
  const repositories = platform.repositories.map(({ id, project, name, index }) => [
    id,
    project.id,
    name,
    index % 3 === 0 ? `What ${name} is for, and who to ask about it` : '',
    (index * 7_919) % 100_000,
    new Date(Date.UTC(2025, 0, 1)),
  ]);
  await copy('repository', ['id', 'project_id', 'name', 'description', 'pull_count', 'first_push_time'], repositories);
  const blobs = blobsOf(platform);
  await copy(
    'blob',
    ['id', 'digest', 'size'],
    mapped(blobs, ({ id, digest, bytes }) => [id, digest, bytes.length]),
  );
  await copy('manifest', ['digest', 'payload', 'size', 'creation_time'], manifestRows(platform));
  const columns = [
    'id',
    'project_id',
    'repository_id',
    'digest',
    'type',
    'media_type',
    'manifest_media_type',
    'artifact_type',
  ];
  columns.push('size', 'manifest_size', 'annotations', 'extra_attrs', 'push_time', 'subject_digest');
  await copy('artifact', columns, artifactRows(platform));
  await copy('artifact_blob', ['artifact_id', 'blob_id'], artifactBlobRows(platform));
  const reference = ['parent_id', 'child_id', 'child_digest', 'platform', 'annotations'];
  await copy('artifact_reference', reference, referenceRows(platform));
  await copy('accessory', ['artifact_id', 'repository_id', 'subject_digest', 'type'], accessoryRows(platform));
}

async function writeTags(copy, platform) {
  await copy('tag', ['id', 'repository_id', 'artifact_id', 'name'], tagRows(platform));
  const columns = ['repository_id', 'name', 'old_digest', 'new_digest', 'actor', 'creation_time'];
  await copy('tag_history', columns, historyRows(platform));
}

/** What follows from the rows, by the rules of ProjectUsageRepository: distinct blobs and manifests of a project count. */
function derived(first, { artifacts, projects }) {
  const ours = `a.id BETWEEN ${first.artifact} AND ${first.artifact + artifacts - 1}`;
  const deletedIsOurs = ours.replace('a.id', 'd.id');
  const isOurs = (column) => `${column} BETWEEN ${first.project} AND ${first.project + projects - 1}`;
  return [
    ...groupsAndRobots(first, projects),
    [
      'repository_blob',
      `INSERT INTO repository_blob (repository_id, blob_id)
       SELECT DISTINCT a.repository_id, ab.blob_id FROM artifact a JOIN artifact_blob ab ON ab.artifact_id = a.id WHERE ${ours}`,
    ],
    [
      'project_blob',
      `INSERT INTO project_blob (project_id, blob_id)
       SELECT a.project_id, ab.blob_id FROM artifact a JOIN artifact_blob ab ON ab.artifact_id = a.id WHERE ${ours}
       UNION
       SELECT d.project_id, db.blob_id FROM deleted_artifact d JOIN deleted_artifact_blob db ON db.deleted_artifact_id = d.id
       WHERE ${deletedIsOurs}`,
    ],
    [
      'quota',
      `INSERT INTO quota (project_id, hard, used)
       SELECT p.id, CASE WHEN p.id % 3 = 0 THEN u.bytes + ${10 * GIB} ELSE -1 END, u.bytes FROM project p
       LEFT JOIN (SELECT pb.project_id, sum(b.size) AS bytes FROM project_blob pb JOIN blob b ON b.id = pb.blob_id
                  WHERE ${isOurs('pb.project_id')} GROUP BY 1) blobs ON blobs.project_id = p.id
       LEFT JOIN (SELECT project_id, sum(manifest_size) AS bytes
                  FROM (SELECT a.project_id, a.digest, a.manifest_size FROM artifact a WHERE ${ours}
                        UNION SELECT d.project_id, d.digest, d.manifest_size FROM deleted_artifact d WHERE ${deletedIsOurs}) m GROUP BY 1) manifests
              ON manifests.project_id = p.id
       CROSS JOIN LATERAL (SELECT coalesce(blobs.bytes, 0) + coalesce(manifests.bytes, 0) AS bytes) u
       WHERE ${isOurs('p.id')}`,
    ],
  ];
}

/**
 * Groups with members in every project of theirs, and robots whose secret nobody knows, of the system and of projects.
 * Seeded users are in groups by their number.
 */
function groupsAndRobots(first, projects) {
  const ours = `p.id BETWEEN ${first.project} AND ${first.project + projects - 1}`;
  const groups = `FROM user_group g WHERE g.group_name LIKE '${PREFIX}group-%'`;
  const columns = '(name, project_id, description, secret_hash, duration, expires_at)';
  const facts = `'made by npm run seed', 'hmac-sha256$', 30, extract(epoch FROM now())::bigint + 2592000`;
  return [
    [
      'user_group',
      `INSERT INTO user_group (group_name, group_type) SELECT '${PREFIX}group-' || n, 3 FROM generate_series(1, ${GROUPS}) n
       ON CONFLICT DO NOTHING`,
    ],
    [
      'user_group_member',
      `INSERT INTO user_group_member (user_id, group_id)
       SELECT u.id, g.id FROM user_account u JOIN user_group g ON g.group_name = '${PREFIX}group-' || (1 + u.id % ${GROUPS})
       WHERE u.username LIKE '${PREFIX}user-%' ON CONFLICT DO NOTHING`,
    ],
    [
      'project_member g',
      `INSERT INTO project_member (project_id, entity_id, entity_type, role_id)
       SELECT p.id, (SELECT g.id ${groups} ORDER BY g.id OFFSET p.id % ${GROUPS} LIMIT 1), 'g', 3 FROM project p WHERE ${ours}`,
    ],
    [
      'robot',
      `INSERT INTO robot ${columns} SELECT '${PREFIX}robot-' || n, 0, ${facts} FROM generate_series(1, 20) n ON CONFLICT DO NOTHING`,
    ],
    ['robot of projects', `INSERT INTO robot ${columns} SELECT 'ci', p.id, ${facts} FROM project p WHERE ${ours}`],
    [
      'robot_permission',
      `INSERT INTO robot_permission (robot_id, kind, namespace, resource, action)
       SELECT r.id, CASE WHEN p.id IS NULL THEN 'system' ELSE 'project' END, coalesce(p.name, '/'),
              CASE WHEN p.id IS NULL THEN 'project' ELSE 'repository' END, CASE WHEN p.id IS NULL THEN 'list' ELSE 'pull' END
       FROM robot r LEFT JOIN project p ON p.id = r.project_id AND ${ours}
       WHERE p.id IS NOT NULL OR r.name LIKE '${PREFIX}robot-%' ON CONFLICT DO NOTHING`,
    ],
  ];
}

/** Says how far it is, now and then. */
function* announced(rows, table, say) {
  let count = 0;
  for (const row of rows) {
    yield row;
    if (++count % PROGRESS_ROWS === 0) say(`${table.padEnd(20)} ${String(count).padStart(9)} rows so far`);
  }
}

function* mapped(items, map) {
  for (const item of items) yield map(item);
}

async function timed(what, say, work) {
  const began = performance.now();
  const count = await work();
  say(`${what.padEnd(20)} ${String(count).padStart(9)} rows in ${((performance.now() - began) / 1_000).toFixed(1)} s`);
}
