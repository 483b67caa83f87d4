// Bodies and queries that succeed, by operation: schemathesis knows shapes, but not which names are taken, which texts are
// passwords and which words are roles. `{n}` is another number in each request.
import { generateKeyPairSync } from 'node:crypto';
import { ADAPTER_PORT } from '../seed/scanners.mjs';

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
const daily = { schedule: { type: 'Daily', cron: '0 0 0 * * *' } };
const retention = (project) => ({
  algorithm: 'or',
  rules: [
    {
      action: 'retain',
      template: 'latestPushedK',
      params: { latestPushedK: 10 },
      tag_selectors: [{ kind: 'doublestar', decoration: 'matches', pattern: '**' }],
      scope_selectors: { repository: [{ kind: 'doublestar', decoration: 'repoMatches', pattern: '**' }] },
    },
  ],
  trigger: { kind: 'Schedule', settings: { cron: '' } },
  scope: { level: 'project', ref: project },
});
const scanner = { name: 'scanner-{n}', url: `http://127.0.0.1:${ADAPTER_PORT}/{n}` };
const purge = { audit_retention_hour: 24, include_event_types: 'pull_artifact', dry_run: true };

const ARTIFACT = '/projects/{project_name}/repositories/{repository_name}';

/**
 * @param {{ digest: string, repository: string, label: number, member: string, scanner: string, project: number,
 *   robot: { name: string, level: string, permissions: object[] } }} there what exists; `scanner` is a uuid
 */
export function sampleRequests(there) {
  const { digest, repository, project } = there;
  return {
    body: { ...accountBodies(there), ...systemBodies(), ...retentionBodies(project), ...projectBodies(there) },
    query: {
      'GET /search/artifacts': { tag: 'latest' },
      [`POST ${ARTIFACT}/artifacts`]: { from: `${repository}@${digest}` },
      'GET /projects/{project_name_or_id}/webhook/jobs': { policy_id: '1' },
    },
  };
}

function accountBodies({ robot: knownRobot }) {
  return {
    'POST /labels': label,
    'PUT /labels/{label_id}': label,
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
    'PUT /robots/{robot_id}': { ...robot, ...knownRobot },
    'POST /usergroups': { group_name: 'group-{n}', group_type: 3 },
    'PUT /usergroups/{group_id}': { group_name: 'group-of-{n}', group_type: 3 },
    'PATCH /robots/{robot_id}': { secret: 'Passw0rd{n}' },
    'PUT /users/{user_id}/sysadmin': { sysadmin_flag: false },
    'PUT /users/{user_id}/cli_secret': { secret: 'Passw0rd{n}' },
  };
}

function systemBodies() {
  return {
    'POST /system/webhook/policies': webhook,
    'PUT /system/webhook/policies/{webhook_policy_id}': webhook,
    'PUT /quotas/{id}': { hard: { storage: 1_000_000_000 } },
    'PUT /configurations': { robot_token_duration: 30, banner_message: 'of a test' },
    'PUT /system/CVEAllowlist': { items: [{ cve_id: 'CVE-2026-{n}' }] },
    'POST /system/import': { project: 'library' },
    'PUT /jobservice/queues/{job_type}': { action: 'resume' },
    'POST /system/gc/schedule': daily,
    'PUT /system/gc/schedule': daily,
    'POST /system/scrub/schedule': daily,
    'PUT /system/scrub/schedule': daily,
    'POST /system/purgeaudit/schedule': { ...daily, parameters: purge },
    'PUT /system/purgeaudit/schedule': { ...daily, parameters: purge },
    'POST /scanners': scanner,
    'POST /scanners/ping': scanner,
    'PUT /scanners/{registration_id}': scanner,
    'PATCH /scanners/{registration_id}': { is_default: true },
  };
}

/** Succeeds once in a project: a key is not taken twice. */
function trustedKey() {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return { kind: 'cosignKey', name: 'key-{n}', content: publicKey.export({ type: 'spki', format: 'pem' }) };
}

function retentionBodies(project) {
  return {
    'PUT /retentions/{id}': retention(project),
    'POST /retentions': retention(project),
    'POST /retentions/{id}/executions': { dry_run: true },
    'PATCH /retentions/{id}/executions/{eid}': { action: 'stop' },
  };
}

function projectBodies({ digest, label: labelId, member, scanner: uuid }) {
  return {
    'POST /projects': { project_name: 'project-{n}', metadata: { public: 'true' }, storage_limit: 1_000_000 },
    'PUT /projects/{project_name_or_id}': { metadata: { public: 'true' } },
    'POST /projects/{project_name_or_id}/members': { role_id: 2, member_user: { username: member } },
    'PUT /projects/{project_name_or_id}/members/{mid}': { role_id: 3 },
    'POST /projects/{project_name_or_id}/metadatas/': { auto_scan: 'true' },
    'PUT /projects/{project_name_or_id}/metadatas/{meta_name}': { auto_scan: 'true' },
    'POST /projects/{project_name_or_id}/webhook/policies': webhook,
    'PUT /projects/{project_name_or_id}/webhook/policies/{webhook_policy_id}': webhook,
    'POST /projects/{project_name_or_id}/immutabletagrules': immutableRule,
    'PUT /projects/{project_name_or_id}/immutabletagrules/{immutable_rule_id}': immutableRule,
    'PUT /projects/{project_name_or_id}/trust-policy': { pull: 'block', quarantine: { days: 7 } },
    'POST /projects/{project_name_or_id}/trust-policy/materials': trustedKey(),
    'PUT /projects/{project_name_or_id}/scanner': { uuid },
    [`PUT ${ARTIFACT}`]: { description: 'of a test' },
    [`POST ${ARTIFACT}/artifacts/{reference}/tags`]: { name: 'tag-{n}' },
    [`POST ${ARTIFACT}/artifacts/{reference}/labels`]: { id: labelId },
    [`POST ${ARTIFACT}/tags/{tag_name}/restore`]: { digest },
  };
}
