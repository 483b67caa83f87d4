// Takes an earlier seed away again.
import { PREFIX } from './content.mjs';

const PROJECTS = `(SELECT id FROM project WHERE name LIKE '${PREFIX}%')`;
const REPOSITORIES = `(SELECT id FROM repository WHERE project_id IN ${PROJECTS})`;
const ARTIFACTS = `(SELECT id FROM artifact WHERE project_id IN ${PROJECTS})`;

const REMEMBER = [
  `CREATE TEMP TABLE gone_manifest ON COMMIT DROP AS SELECT digest FROM artifact WHERE project_id IN ${PROJECTS}
   UNION SELECT digest FROM deleted_artifact WHERE project_id IN ${PROJECTS}`,
  `CREATE TEMP TABLE gone_blob ON COMMIT DROP AS SELECT blob_id FROM repository_blob WHERE repository_id IN ${REPOSITORIES}
   UNION SELECT blob_id FROM project_blob WHERE project_id IN ${PROJECTS}`,
];

const usesBlob = (table) => `EXISTS (SELECT FROM ${table} u WHERE u.blob_id = b.id)`;

/** What the projects' policies have run, also since the seed, and the system's runs that were seeded. */
const ofPolicies = (types, table) =>
  `vendor_type IN (${types}) AND vendor_id IN (SELECT id FROM ${table} WHERE project_id IN ${PROJECTS})`;
const RETENTION = ofPolicies(`'RETENTION'`, 'retention_policy');
const RUNS = `(SELECT id FROM execution WHERE key LIKE '${PREFIX}%' OR ${RETENTION} OR ${ofPolicies(`'WEBHOOK', 'SLACK'`, 'webhook_policy')})`;

/** In this order nothing refers to what is gone. A file without its row is garbage, and collected as such. */
const REMOVALS = {
  task_log: `l WHERE task_id IN (SELECT id FROM task WHERE execution_id IN ${RUNS})`,
  execution: `e WHERE id IN ${RUNS}`,
  schedule: `s WHERE ${RETENTION}`,
  scanner_registration: `s WHERE name = '${PREFIX}scanner'`,
  label: `l WHERE name LIKE '${PREFIX}%' AND project_id IS NULL`,
  tag_history: `t WHERE repository_id IN ${REPOSITORIES}`,
  artifact_reference: `f WHERE parent_id IN ${ARTIFACTS}`,
  project_blob: `p WHERE project_id IN ${PROJECTS}`,
  deleted_artifact: `d WHERE project_id IN ${PROJECTS}`,
  artifact: `a WHERE project_id IN ${PROJECTS}`,
  manifest:
    'm WHERE digest IN (SELECT digest FROM gone_manifest) AND NOT EXISTS (SELECT FROM artifact a WHERE a.digest = m.digest) AND NOT EXISTS (SELECT FROM deleted_artifact d WHERE d.digest = m.digest)',
  repository: `r WHERE project_id IN ${PROJECTS}`,
  blob: `b WHERE id IN (SELECT blob_id FROM gone_blob) AND NOT (${['artifact_blob', 'deleted_artifact_blob', 'repository_blob', 'project_blob'].map(usesBlob).join(' OR ')})`,
  audit_log: `l WHERE project_id IN ${PROJECTS}`,
  quota: `q WHERE project_id IN ${PROJECTS}`,
  robot: `r WHERE name LIKE '${PREFIX}robot-%' OR project_id IN ${PROJECTS}`,
  user_group: `g WHERE group_name LIKE '${PREFIX}group-%'`,
  project: `p WHERE name LIKE '${PREFIX}%'`,
  user_account: `u WHERE username LIKE '${PREFIX}user-%'`,
};

/** @param {import('pg').Client} client @param {(text: string) => void} say */
export async function removeSeed(client, say) {
  await client.query('BEGIN');
  for (const sql of REMEMBER) await client.query(sql);
  for (const [table, rest] of Object.entries(REMOVALS)) {
    const { rowCount } = await client.query(`DELETE FROM ${table} ${rest}`);
    say(`${table.padEnd(20)} ${String(rowCount).padStart(9)} rows removed`);
  }
  await client.query('COMMIT');
}
