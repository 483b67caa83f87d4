// What there is to be asked for on a seeded platform: the largest of everything, by names and ids.

const ONE = {
  project: `SELECT p.id, p.name FROM project p JOIN repository r ON r.project_id = p.id
            WHERE p.name LIKE 'seed-%' AND NOT p.public GROUP BY p.id ORDER BY sum(r.artifact_count) DESC, p.id LIMIT 1`,
  open: `SELECT p.id, p.name FROM project p JOIN repository r ON r.project_id = p.id
         WHERE p.name LIKE 'seed-%' AND p.public GROUP BY p.id ORDER BY sum(r.artifact_count) DESC, p.id LIMIT 1`,
  user: `SELECT id, username AS name FROM user_account WHERE username LIKE 'seed-user-%' ORDER BY id LIMIT 1`,
  group: `SELECT id, group_name AS name FROM user_group WHERE group_name LIKE 'seed-%' ORDER BY id LIMIT 1`,
  robot: `SELECT id FROM robot WHERE name = 'seed-robot-1'`,
  label: `SELECT id FROM label WHERE name = 'seed-stable' AND project_id IS NULL`,
  scanner: `SELECT uuid FROM scanner_registration WHERE name = 'seed-scanner'`,
  gc: lastOf('GARBAGE_COLLECTION'),
  purge: lastOf('PURGE_AUDIT_LOG'),
};

/** Of project $1. */
const OF_PROJECT = {
  repository: repositoryOf(`r.project_id = $1 AND EXISTS (SELECT FROM accessory c
    WHERE c.repository_id = r.id AND c.type = 'signature.cosign')`),
  multi:
    repositoryOf(`r.project_id = $1 AND EXISTS (SELECT FROM artifact_reference f JOIN artifact a ON a.id = f.parent_id
    WHERE a.repository_id = r.id)`),
  chart: repositoryOf(
    `r.project_id = $1 AND EXISTS (SELECT FROM artifact a WHERE a.repository_id = r.id AND a.type = 'CHART')`,
  ),
  member: `SELECT id, entity_id AS user FROM project_member WHERE project_id = $1 AND entity_type = 'u' ORDER BY id LIMIT 1`,
  projectLabel: 'SELECT id FROM label WHERE project_id = $1 ORDER BY id LIMIT 1',
  quota: 'SELECT id FROM quota WHERE project_id = $1',
  retention: 'SELECT id FROM retention_policy WHERE project_id = $1',
  webhook: 'SELECT id FROM webhook_policy WHERE project_id = $1 ORDER BY id LIMIT 1',
};

/** Of repository $1, its digest and a tag. */
const SIGNED = `SELECT c.subject_digest AS digest, t.name AS tag FROM accessory c
  JOIN artifact a ON a.repository_id = c.repository_id AND a.digest = c.subject_digest JOIN tag t ON t.artifact_id = a.id
  WHERE c.repository_id = $1 ORDER BY c.id LIMIT 1`;
const TAGGED = `SELECT a.digest, t.name AS tag FROM tag t JOIN artifact a ON a.id = t.artifact_id
  WHERE t.repository_id = $1 ORDER BY t.id LIMIT 1`;
const EXECUTION = `SELECT e.id, t.id AS task FROM execution e JOIN task t ON t.execution_id = e.id
  WHERE e.vendor_type = $1 AND e.vendor_id = $2 ORDER BY e.id DESC LIMIT 1`;

function lastOf(vendorType) {
  return `SELECT id FROM execution WHERE vendor_type = '${vendorType}' ORDER BY id DESC LIMIT 1`;
}

function repositoryOf(condition) {
  return `SELECT r.id, split_part(r.name, '/', 2) AS name FROM repository r WHERE ${condition} ORDER BY r.artifact_count DESC, r.id LIMIT 1`;
}

/**
 * @param {(sql: string, values?: unknown[]) => Promise<Record<string, any>[]>} query
 * @returns {Promise<Record<string, any>>}
 */
export async function findPlaces(query) {
  const places = {};
  const one = async (name, sql, values) => {
    const [row] = await query(sql, values);
    if (!row) throw new Error(`the seed has no ${name}: was it made by this release?`);
    places[name] = row;
  };
  for (const [name, sql] of Object.entries(ONE)) await one(name, sql);
  const { project, open } = places;
  for (const [name, sql] of Object.entries(OF_PROJECT)) await one(name, sql, [project.id]);
  await one('openRepository', repositoryOf('r.project_id = $1'), [open.id]);
  await one('signed', SIGNED, [places.repository.id]);
  await one('index', TAGGED, [places.multi.id]);
  await one('chartArtifact', TAGGED, [places.chart.id]);
  await one('openArtifact', TAGGED, [places.openRepository.id]);
  await one('retentionRun', EXECUTION, ['RETENTION', places.retention.id]);
  await one('webhookRun', EXECUTION, ['WEBHOOK', places.webhook.id]);
  return places;
}

/** What only the platform knows: an icon, and a webhook policy of the system, which the seed has none of. */
export async function completePlaces(places, admin) {
  const { project, repository, signed } = places;
  const artifact = await admin.ask(
    `/projects/${project.name}/repositories/${repository.name}/artifacts/${signed.digest}`,
  );
  places.icon = (await artifact.json()).icon;
  const path = '/system/webhook/policies';
  const target = { type: 'http', address: 'https://ci.example.invalid/hooks/all', skip_cert_verify: false };
  const body = { name: 'bench', targets: [target], event_types: ['PUSH_ARTIFACT'], enabled: false };
  await admin.ask(path, { method: 'POST', body });
  const policies = await (await admin.ask(path)).json();
  places.systemWebhook = policies.find(({ name }) => name === 'bench');
}
