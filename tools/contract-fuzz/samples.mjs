// Bodies and queries that succeed, by operation: schemathesis knows shapes, but not which names are taken, which texts are
// passwords and which words are roles. `{n}` is another number in each request.

const webhook = {
  name: 'hook-{n}',
  enabled: false,
  targets: [{ type: 'http', address: 'https://hooks.example.invalid/{n}', skip_cert_verify: true }],
  event_types: ['PUSH_ARTIFACT'],
};
const immutableRule = {
  disabled: false,
  action: 'immutable',
  template: 'immutable_template',
  tag_selectors: [{ kind: 'doublestar', decoration: 'matches', pattern: 'kept-{n}' }],
  scope_selectors: { repository: [{ kind: 'doublestar', decoration: 'repoMatches', pattern: '**' }] },
};
const label = { name: 'label-{n}', scope: 'g', color: '#C92100', description: 'of a test' };
const robot = {
  name: 'robot-{n}',
  level: 'system',
  duration: 30,
  description: 'of a test',
  disable: false,
  permissions: [{ kind: 'project', namespace: '*', access: [{ resource: 'repository', action: 'pull' }] }],
};

/** @param {{ digest: string, repository: string, label: number, member: string }} there what exists */
export function sampleRequests({ digest, repository, label: labelId, member }) {
  const artifact = '/projects/{project_name}/repositories/{repository_name}';
  return {
    body: {
      'POST /labels': label,
      'PUT /labels/{label_id}': label,
      'POST /projects': { project_name: 'project-{n}', metadata: { public: 'true' }, storage_limit: 1_000_000 },
      'PUT /projects/{project_name_or_id}': { metadata: { public: 'true' } },
      'POST /users': {
        username: 'user-{n}',
        password: 'Passw0rd{n}',
        email: 'user-{n}@example.com',
        realname: 'User',
        comment: 'of a test',
      },
      'PUT /users/{user_id}': { email: 'mail-{n}@example.com', realname: 'User', comment: 'of a test' },
      'PUT /users/{user_id}/password': { new_password: 'Passw0rd{n}', old_password: '' },
      'POST /users/{user_id}/access-tokens': { name: 'token-{n}', scopes: ['read'] },
      'POST /robots': robot,
      'PUT /robots/{robot_id}': robot,
      'POST /usergroups': { group_name: 'group-{n}', group_type: 3 },
      'PUT /usergroups/{group_id}': { group_name: 'group-of-{n}', group_type: 3 },
      'POST /projects/{project_name_or_id}/members': { role_id: 2, member_user: { username: member } },
      'PUT /projects/{project_name_or_id}/members/{mid}': { role_id: 3 },
      'POST /projects/{project_name_or_id}/metadatas/': { auto_scan: 'true' },
      'PUT /projects/{project_name_or_id}/metadatas/{meta_name}': { auto_scan: 'true' },
      'POST /projects/{project_name_or_id}/webhook/policies': webhook,
      'PUT /projects/{project_name_or_id}/webhook/policies/{webhook_policy_id}': webhook,
      'POST /system/webhook/policies': webhook,
      'PUT /system/webhook/policies/{webhook_policy_id}': webhook,
      'POST /projects/{project_name_or_id}/immutabletagrules': immutableRule,
      'PUT /projects/{project_name_or_id}/immutabletagrules/{immutable_rule_id}': immutableRule,
      'PUT /quotas/{id}': { hard: { storage: 1_000_000_000 } },
      [`PUT ${artifact}`]: { description: 'of a test' },
      [`POST ${artifact}/artifacts/{reference}/tags`]: { name: 'tag-{n}' },
      [`POST ${artifact}/artifacts/{reference}/labels`]: { id: labelId },
      [`POST ${artifact}/tags/{tag_name}/restore`]: { digest },
    },
    query: {
      'GET /search/artifacts': { tag: 'latest' },
      [`POST ${artifact}/artifacts`]: { from: `${repository}@${digest}` },
      'GET /projects/{project_name_or_id}/webhook/jobs': { policy_id: '1' },
    },
  };
}
