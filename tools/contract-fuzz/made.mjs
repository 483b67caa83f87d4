// What no seed leaves behind, made through the API, and the names of what a scanner, a run or a deletion left.
import { ADAPTER_PORT } from '../seed/scanners.mjs';
import { call, make } from './call.mjs';

const OWN = '/users/{user_id}/access-tokens/{token_id}';
const DELETED = '/projects/{project_name}/repositories/{repository_name}/deleted-artifacts/{digest}';

/** Runs, tokens and a deletion. Each id stands under the name of its parameter. */
export async function madeNames(platform) {
  const post = (path, body) => make(platform, path, body);
  const scrub = await post('/system/scrub/schedule', { schedule: { type: 'Manual' } });
  const imported = await post('/system/import', { project: 'library' });
  const tokens = [];
  for (const name of ['first', 'second', 'third']) tokens.push(await post('/users/1/access-tokens', { name }));
  const projects = ['contract-fuzz-0', 'contract-fuzz-1', 'contract-fuzz-2', 'contract-fuzz-3'];
  for (const name of projects) await post('/projects', { project_name: name });
  const deletion = await post(`/projects/${projects.shift()}/deletions`, {});
  const targets = [{ type: 'http', address: 'https://hooks.example.invalid', skip_cert_verify: true }];
  const everywhere = { name: 'everywhere', enabled: false, targets, event_types: ['PUSH_ARTIFACT'] };
  const policies = [];
  for (const name of ['first', 'second']) {
    policies.push(await post('/system/webhook/policies', { ...everywhere, name: `contract-fuzz-${name}` }));
  }
  await call(platform, 'POST', '/scanners', { name: 'second', url: `http://127.0.0.1:${ADAPTER_PORT}/second` });
  return {
    [`${OWN} user_id`]: [1],
    token_id: tokens,
    scrub_id: [scrub],
    import_id: [imported],
    deletion_id: [deletion],
    'POST /projects/{project_name_or_id}/deletions project_name_or_id': projects,
    'DELETE /projects/{project_name_or_id}/deleted-artifacts project_name_or_id': projects,
    '/system/webhook/policies/{webhook_policy_id} webhook_policy_id': policies,
  };
}

/** Names below one project: its deleted artifacts, the tasks of its retention runs and webhooks, and their scanner. */
export async function foundNames(platform, { project, retention, hook }) {
  const list = (path) => call(platform, 'GET', path);
  const deleted = await list(`/projects/${project}/deleted-artifacts`);
  const repository = deleted[0].repository_name;
  const digests = deleted.filter((row) => row.repository_name === repository).map(({ digest }) => digest);
  const scanners = await list('/scanners');
  const [{ id: run }] = await list(`/retentions/${retention}/executions`);
  const tasks = await list(`/retentions/${retention}/executions/${run}/tasks`);
  const runs = `/projects/${project}/webhook/policies/${hook}/executions`;
  const [{ id: hookRun }] = await list(runs);
  const hookTasks = await list(`${runs}/${hookRun}/tasks`);
  const log =
    '/projects/{project_name_or_id}/webhook/policies/{webhook_policy_id}/executions/{execution_id}/tasks/{task_id}/log';
  return {
    ...namesOf(DELETED, project, repository, digests),
    ...namesOf(`${DELETED}/restore`, project, repository, digests),
    registration_id: scanners.map(({ uuid }) => uuid),
    '/retentions/{id}/executions/{eid}/tasks/{tid} eid': [run],
    tid: tasks.map(({ id }) => id),
    job_id: tasks.map(({ id }) => String(id)),
    [`${log} webhook_policy_id`]: [hook],
    [`${log} execution_id`]: [hookRun],
    task_id: hookTasks.map(({ id }) => id),
  };
}

function namesOf(path, project, repository, digests) {
  const [, ...rest] = repository.split('/');
  return {
    [`${path} project_name`]: [project],
    [`${path} repository_name`]: [encodeURIComponent(rest.join('/'))],
    [`${path} digest`]: digests,
  };
}
