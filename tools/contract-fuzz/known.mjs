// Names of what exists, for the parameters of paths: found in the platform's lists.
import { sampleRequests } from './samples.mjs';

/**
 * @param {{ url: string, username: string, password: string }} platform
 * @returns {Promise<{ names: Record<string, (string | number)[]>, samples: object }>} names by the parameter's name, or by
 *   path and name where one name means different things; samples as samples.mjs has them
 */
export async function knownRequests(platform) {
  const list = (path) => call(platform, 'GET', path);
  const [projects, users, robots, labels] = await Promise.all(
    ['/projects', '/users', '/robots', '/labels'].map((path) => list(`${path}?page_size=5`)),
  );
  const [repository] = await list('/repositories?q=name%3D~seed');
  const [project, ...rest] = repository.name.split('/');
  const name = encodeURIComponent(rest.join('/'));
  const others = (await list(`/projects/${project}/repositories`)).map((row) => row.name.slice(project.length + 1));
  const repositories = others.filter((other) => encodeURIComponent(other) !== name);
  const artifacts = await list(`/projects/${project}/repositories/${name}/artifacts?page_size=5`);
  const members = await list(`/projects/${project}/members`);
  const details = await call(platform, 'GET', `/projects/${project}`);
  const hooks = await list(`/projects/${project}/webhook/policies`);
  const runs = await list(`/projects/${project}/webhook/policies/${hooks[0].id}/executions`);
  const rules = await list(`/projects/${project}/immutabletagrules`);
  const ids = (rows, key = 'id') => rows.map((row) => row[key]);
  const names = {
    project_name_or_id: [project],
    '/projects/{project_name_or_id} project_name_or_id': [
      project,
      ...ids(
        projects.filter((other) => other.name !== project),
        'project_id',
      ),
    ],
    project_name: [project],
    repository_name: [name],
    '/projects/{project_name}/repositories/{repository_name} repository_name': [name, ...repositories],
    reference: [...ids(artifacts, 'digest'), 'latest'],
    tag_name: ['latest'],
    addition: ['build_history', 'readme.md', 'values.yaml'],
    user_id: ids(users, 'user_id'),
    robot_id: ids(robots),
    label_id: ids(labels),
    mid: ids(members),
    meta_name: ['public', 'auto_scan', 'prevent_vul'],
    webhook_policy_id: ids(hooks),
    '/projects/{project_name_or_id}/webhook/policies/{webhook_policy_id}/executions/{execution_id}/tasks execution_id':
      ids(runs),
    immutable_rule_id: ids(rules),
    '/quotas/{id} id': ids(await list('/quotas?page_size=5')),
    id: [Number(details.metadata.retention_id)],
    eid: ids(await list(`/retentions/${details.metadata.retention_id}/executions`)),
    group_id: ids(await list('/usergroups')),
    gc_id: ids(await list('/system/gc')),
    purge_id: ids(await list('/system/purgeaudit')),
    pool_id: ids(await list('/jobservice/pools'), 'worker_pool_id'),
    job_type: ['all', 'GARBAGE_COLLECTION', 'RETENTION'],
  };
  const [{ digest }] = artifacts;
  const there = { digest, repository: repository.name, label: labels[0].id, member: users.at(-1).username };
  return { names, samples: sampleRequests(there) };
}

/** Makes an account with no rights but its own. */
export async function makeUser(platform, username) {
  const password = platform.password;
  const body = { username, password, realname: username, email: `${username}@example.com` };
  await call(platform, 'POST', '/users', body);
  return { username, password };
}

async function call({ url, username, password }, method, path, body) {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const answer = await fetch(`${url}/api/v2.0${path}`, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.headers.get('content-length') === '0' ? undefined : answer.json();
}
