// Names of what exists, for the parameters of paths: found in the platform's lists.
import { call } from './call.mjs';
import { foundNames, madeNames } from './made.mjs';
import { sampleRequests } from './samples.mjs';

/**
 * @param {{ url: string, username: string, password: string }} platform
 * @returns {Promise<{ names: Record<string, (string | number)[]>, samples: object }>} names by the parameter's name, or by
 *   path and name, or by method, path and name where one name means different things; samples as samples.mjs has them
 */
export async function knownRequests(platform) {
  const list = (path) => call(platform, 'GET', path);
  const [repository] = await list('/repositories?q=name%3D~seed');
  const [project] = repository.name.split('/');
  const details = await list(`/projects/${project}`);
  const retention = Number(details.metadata.retention_id);
  const [hook] = await list(`/projects/${project}/webhook/policies`);
  const made = await madeNames(platform);
  const found = await foundNames(platform, { project, retention, hook: hook.id });
  const system = await systemNames(list);
  const below = await projectNames(list, { project, retention, hook: hook.id });
  const content = await contentNames(list, repository.name);
  const [robot] = await list('/robots?page_size=1');
  const there = {
    digest: content.reference[0],
    repository: repository.name,
    label: system.label_id[0],
    member: (await list(`/users/${system.user_id.at(-1)}`)).username,
    scanner: found.registration_id[0],
    project: details.project_id,
    robot: { name: robot.name, level: robot.level, permissions: robot.permissions },
  };
  return { names: { ...system, ...below, ...content, ...made, ...found }, samples: sampleRequests(there) };
}

const ids = (rows, key = 'id') => rows.map((row) => row[key]);

async function systemNames(list) {
  return {
    user_id: ids(await list('/users?page_size=5'), 'user_id'),
    robot_id: ids(await list('/robots?page_size=5')),
    label_id: ids(await list('/labels?page_size=5')),
    group_id: ids(await list('/usergroups')),
    '/quotas/{id} id': ids(await list('/quotas?page_size=5')),
    gc_id: ids(await list('/system/gc')),
    purge_id: ids(await list('/system/purgeaudit')),
    pool_id: ids(await list('/jobservice/pools'), 'worker_pool_id'),
    job_type: ['all', 'GARBAGE_COLLECTION', 'RETENTION'],
  };
}

async function projectNames(list, { project, retention, hook }) {
  const at = `/projects/${project}`;
  const projects = await list('/projects?page_size=5');
  const others = ids(
    projects.filter(({ name }) => name !== project),
    'project_id',
  );
  const tasks = '/projects/{project_name_or_id}/webhook/policies/{webhook_policy_id}/executions/{execution_id}/tasks';
  return {
    project_name_or_id: [project],
    '/projects/{project_name_or_id} project_name_or_id': [project, ...others],
    project_name: [project],
    mid: ids(await list(`${at}/members`)),
    meta_name: ['public', 'auto_scan', 'prevent_vul'],
    webhook_policy_id: ids(await list(`${at}/webhook/policies`)),
    [`${tasks} execution_id`]: ids(await list(`${at}/webhook/policies/${hook}/executions`)),
    immutable_rule_id: ids(await list(`${at}/immutabletagrules`)),
    id: [retention],
    eid: ids(await list(`/retentions/${retention}/executions`)),
  };
}

async function contentNames(list, repository) {
  const [project, ...rest] = repository.split('/');
  const name = encodeURIComponent(rest.join('/'));
  const rows = await list(`/projects/${project}/repositories`);
  const others = rows.map((row) => row.name.slice(project.length + 1)).filter((it) => encodeURIComponent(it) !== name);
  const artifacts = await list(`/projects/${project}/repositories/${name}/artifacts?page_size=5`);
  return {
    repository_name: [name],
    '/projects/{project_name}/repositories/{repository_name} repository_name': [name, ...others],
    reference: [...ids(artifacts, 'digest'), 'latest'],
    tag_name: ['latest'],
    addition: ['build_history', 'readme.md', 'values.yaml'],
    '/icons/{digest} digest': ids(artifacts, 'icon'),
  };
}

/** Makes an account with no rights but its own. */
export async function makeUser(platform, username) {
  const password = platform.password;
  const body = { username, password, realname: username, email: `${username}@example.com` };
  await call(platform, 'POST', '/users', body);
  return { username, password };
}
