import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { registeredRoutes } from './testing/registered-routes';
import { insertArtifact } from './testing/artifact-fixture';
import { TestBrowser } from './testing/test-browser';
import { password, startTestCore, type Answer, type TestCore } from './testing/test-core';

/**
 * Who may call what: management-platform.md section 3.4 with the roles of 3.2, transcribed by hand. Nothing here is
 * read from the tables of the code. A route without a row fails, and so does a row without a route.
 *
 * N anonymous, S stranger (logged in, no role), L limited guest, G guest, D developer, M maintainer, R a robot of the
 * project that holds exactly `robotHolds`, P project administrator, A system administrator. They ask in this order, so
 * that what a deletion lets in comes after what it refuses.
 */
const principals = 'NSLGRDMPA';
const robotHolds = ['repository:pull', 'repository:push', 'artifact:read', 'tag:create', 'member:list'];

interface Row {
  /** Method and path, as registered. */
  route: string;
  /** Who is let in on the private project `team`, or at all when the path names no project. */
  allowed: string;
  /** Everyone is let in on the public project `open`, where nobody is a member; else the administrator alone. */
  onPublic?: true;
  /** Sent so that nothing is changed by who is let in: most are refused later, for what they hold. */
  body?: object;
  query?: string;
  /** Parameters of the path other than the usual. */
  fill?: Partial<typeof usual>;
  /** Sent with a CSRF token. */
  csrf?: true;
  /** Makes anew what those who are let in take away. */
  restore?: () => Promise<unknown>;
}

const known = 'SLGDMPRA';
const everyone = `N${known}`;
const members = 'LGDMPA';

/** Nothing has these names, so that nothing is deleted. */
const usual = {
  project_name_or_id: 'team',
  project_name: 'team',
  repository_name: 'app',
  reference: 'v1',
  tag_name: 'none',
  label_id: '999999',
  addition: 'none',
  digest: `sha256:${'0'.repeat(64)}`,
  mid: '999999',
  meta_name: 'severity',
  user_id: '999999',
  deletion_id: '999999',
  robot_id: '',
  gc_id: '999999',
  webhook_policy_id: '999999',
  execution_id: '999999',
  task_id: '999999',
  scrub_id: '999999',
  import_id: '999999',
  immutable_rule_id: '999999',
  purge_id: '999999',
  job_type: 'NONE',
  pool_id: 'none',
  job_id: '999999',
  session_id: '6f1fd9c4-2a45-4b54-8f51-000000000000',
  token_id: '999999',
  group_id: '999999',
  id: '{retention}',
  eid: '999999',
  tid: '999999',
};

const repository = '/api/v2.0/projects/:project_name/repositories/:repository_name';
const artifact = `${repository}/artifacts/:reference`;
const project = '/api/v2.0/projects/:project_name_or_id';

const webhooks = `${project}/webhook`;
const systemWebhooks = '/api/v2.0/system/webhook/policies';
const retention = '/api/v2.0/retentions/:id';
/** A policy without rules keeps everything. */
const noRules = (ref: string) => ({ rules: [], scope: { level: 'project', ref } });

const rows: Row[] = [
  // open to anonymous
  { route: 'GET /api/v2.0/ping', allowed: everyone },
  { route: 'GET /api/v2.0/health', allowed: everyone },
  { route: 'GET /api/v2.0/systeminfo', allowed: everyone },
  { route: 'GET /api/v2.0/systeminfo/getcert', allowed: everyone },
  { route: 'GET /api/v2.0/openapi.json', allowed: everyone },
  { route: 'GET /api/v2.0/projects', allowed: everyone },
  { route: 'GET /api/v2.0/repositories', allowed: everyone },
  { route: 'GET /api/v2.0/search', allowed: everyone },
  { route: 'GET /api/v2.0/search/artifacts', allowed: everyone, query: '?tag=v1' },
  { route: 'GET /api/version', allowed: everyone },
  { route: 'GET /healthz', allowed: everyone },
  { route: 'GET /readyz', allowed: everyone },
  { route: 'GET /service/jwks.json', allowed: everyone },
  { route: 'GET /service/token', allowed: everyone, query: '?service=harbor-registry&scope=repository:team/app:pull' },
  { route: 'GET /service/token', allowed: known, query: '?service=harbor-registry' },

  // any logged-in user
  { route: 'HEAD /api/v2.0/projects', allowed: known, query: '?project_name=team' },
  // Only robots of the system make projects (section 1.6).
  { route: 'POST /api/v2.0/projects', allowed: 'SLGDMPA', body: { project_name: 'NOT A NAME' } },
  { route: 'GET /api/v2.0/statistics', allowed: known },
  { route: 'GET /api/v2.0/users/current', allowed: known },
  { route: 'GET /api/v2.0/users/current/permissions', allowed: known },
  { route: 'GET /api/v2.0/users/search', allowed: known, query: '?username=a' },

  // configure and systeminfo; the internal configuration is for the platform's own services alone
  { route: 'GET /api/v2.0/configurations', allowed: 'A' },
  { route: 'PUT /api/v2.0/configurations', allowed: 'A', body: {} },
  { route: 'GET /api/v2.0/internalconfig', allowed: '' },
  { route: 'GET /api/v2.0/systeminfo/volumes', allowed: 'A' },
  { route: 'GET /api/v2.0/system/CVEAllowlist', allowed: known },
  { route: 'PUT /api/v2.0/system/CVEAllowlist', allowed: 'A', body: {} },

  // imports, which Harbor does not have
  { route: 'POST /api/v2.0/system/import', allowed: 'A', body: { project: 'NOT A NAME' } },
  { route: 'GET /api/v2.0/system/import', allowed: 'A' },
  { route: 'GET /api/v2.0/system/import/:import_id', allowed: 'A' },
  { route: 'PUT /api/v2.0/system/import/:import_id', allowed: 'A' },
  { route: 'GET /api/v2.0/system/import/:import_id/log', allowed: 'A' },

  // project
  { route: `GET ${project}`, allowed: members, onPublic: true },
  { route: `GET ${project}/summary`, allowed: members, onPublic: true },
  { route: `PUT ${project}`, allowed: 'PA', body: {} },
  { route: `DELETE ${project}`, allowed: 'PA' },
  { route: `GET ${project}/_deletable`, allowed: 'PA' },
  { route: `GET ${project}/artifacts`, allowed: members, onPublic: true },
  { route: 'GET /api/v2.0/projects/:project_name/logs', allowed: 'PA' },
  { route: 'GET /api/v2.0/projects/:project_name/auditlog-exts', allowed: 'PA' },
  // Whoever comes second is told that it is being deleted.
  { route: `POST ${project}/deletions`, allowed: 'PA', body: {} },
  { route: 'GET /api/v2.0/project-deletions/:deletion_id', allowed: 'A' },

  // auditlog, filtered by project for those who may not read it all; quota
  { route: 'GET /api/v2.0/audit-logs', allowed: known },
  { route: 'GET /api/v2.0/auditlog-exts', allowed: known },
  { route: 'GET /api/v2.0/auditlog-exts/events', allowed: 'A' },
  { route: 'GET /api/v2.0/quotas', allowed: 'A' },
  { route: 'GET /api/v2.0/quotas/:id', allowed: 'A', fill: { id: '999999' } },
  { route: 'PUT /api/v2.0/quotas/:id', allowed: 'A', fill: { id: '999999' }, body: {} },

  // repository and artifact; a single repository stays closed to visitors although the list is open (section 3.2)
  { route: 'GET /api/v2.0/projects/:project_name/repositories', allowed: members, onPublic: true },
  { route: `GET ${repository}`, allowed: members },
  { route: `PUT ${repository}`, allowed: 'DMPA', body: { description: '' } },
  { route: `DELETE ${repository}`, allowed: 'MPA', fill: { repository_name: 'none' } },
  { route: `GET ${repository}/artifacts`, allowed: members, onPublic: true },
  { route: `GET ${artifact}`, allowed: `${members}R`, onPublic: true },
  { route: `DELETE ${artifact}`, allowed: 'MPA', fill: { reference: 'none' } },
  { route: `GET ${artifact}/tags`, allowed: members, onPublic: true },
  { route: `POST ${artifact}/tags`, allowed: 'DMPRA', body: { name: 'not a tag' } },
  { route: `DELETE ${artifact}/tags/:tag_name`, allowed: 'MPA' },
  { route: `GET ${artifact}/accessories`, allowed: members, onPublic: true },
  // Let in means that the source is looked at, which names nothing here.
  { route: `POST ${repository}/artifacts`, allowed: 'DMPA', query: '?from=nothing' },
  { route: `GET ${artifact}/additions/vulnerabilities`, allowed: members, onPublic: true },
  { route: `GET ${artifact}/additions/:addition`, allowed: members, onPublic: true },
  { route: `POST ${artifact}/labels`, allowed: 'DMPA', body: { id: 999_999 } },
  { route: `DELETE ${artifact}/labels/:label_id`, allowed: 'DMPA' },
  { route: 'GET /api/v2.0/icons/:digest', allowed: everyone },

  // label: on the project or on the system, by scope; labels of every project are listed to anyone
  { route: 'GET /api/v2.0/labels', allowed: everyone, query: '?scope=g' },
  { route: 'GET /api/v2.0/labels', allowed: 'GDMPA', query: '?scope=p&project_id={team}' },
  { route: 'GET /api/v2.0/labels', allowed: everyone, query: '?scope=p&project_id={open}' },
  { route: 'POST /api/v2.0/labels', allowed: 'A', body: { scope: 'g', name: '' } },
  { route: 'POST /api/v2.0/labels', allowed: 'MPA', body: { scope: 'p', project_id: '{team}', name: '' } },
  { route: 'GET /api/v2.0/labels/:label_id', allowed: 'A', fill: { label_id: '{globalLabel}' } },
  { route: 'GET /api/v2.0/labels/:label_id', allowed: 'GDMPA', fill: { label_id: '{teamLabel}' } },
  { route: 'GET /api/v2.0/labels/:label_id', allowed: known, fill: { label_id: '{openLabel}' } },
  { route: 'PUT /api/v2.0/labels/:label_id', allowed: 'A', fill: { label_id: '{globalLabel}' }, body: { name: '' } },
  { route: 'PUT /api/v2.0/labels/:label_id', allowed: 'MPA', fill: { label_id: '{teamLabel}' }, body: { name: '' } },
  {
    route: 'DELETE /api/v2.0/labels/:label_id',
    allowed: 'A',
    fill: { label_id: '{doomedGlobalLabel}' },
    restore: () => createLabel('doomedGlobalLabel', { scope: 'g' }),
  },
  {
    route: 'DELETE /api/v2.0/labels/:label_id',
    allowed: 'MPA',
    fill: { label_id: '{doomedTeamLabel}' },
    restore: () => createLabel('doomedTeamLabel', { scope: 'p', project_id: '{team}' }),
  },

  // tags as a list, and where they pointed: that is for who has a part in the project, and putting back for who may push
  { route: `GET ${repository}/tags`, allowed: members, onPublic: true },
  { route: `GET ${repository}/tag-history`, allowed: members },
  { route: `GET ${repository}/tags/:tag_name/history`, allowed: members },
  { route: `POST ${repository}/tags/:tag_name/restore`, allowed: 'DMPA', body: { digest: usual.digest } },

  // who needs which bytes
  { route: `GET ${project}/storage`, allowed: members },
  { route: `GET ${project}/storage/repositories`, allowed: members },
  { route: `GET ${repository}/storage`, allowed: members },
  { route: `GET ${artifact}/storage`, allowed: `${members}R`, onPublic: true },

  // what was deleted; only who may push sees it, also on a public project
  { route: `GET ${project}/deleted-artifacts`, allowed: 'DMPA' },
  { route: `DELETE ${project}/deleted-artifacts`, allowed: 'MPA' },
  { route: `GET ${repository}/deleted-artifacts`, allowed: 'DMPA' },
  { route: `POST ${repository}/deleted-artifacts/:digest/restore`, allowed: 'DMPA' },
  { route: `DELETE ${repository}/deleted-artifacts/:digest`, allowed: 'MPA' },

  // member and projectMetadata; the list of metadata is out of reach for every role
  { route: `GET ${project}/members`, allowed: 'GDMPRA' },
  { route: `POST ${project}/members`, allowed: 'PA', body: { role_id: 0 } },
  { route: `GET ${project}/members/:mid`, allowed: 'GDMPA' },
  { route: `PUT ${project}/members/:mid`, allowed: 'PA', body: { role_id: 1 } },
  { route: `DELETE ${project}/members/:mid`, allowed: 'PA' },
  { route: `GET ${project}/metadatas`, allowed: 'A' },
  { route: `POST ${project}/metadatas`, allowed: 'PA', body: { nonsense: 'x' } },
  { route: `GET ${project}/metadatas/:meta_name`, allowed: 'MPA' },
  { route: `PUT ${project}/metadatas/:meta_name`, allowed: 'PA', body: { severity: 'nonsense' } },
  { route: `DELETE ${project}/metadatas/:meta_name`, allowed: 'PA' },

  // garbage collection: the system's own
  { route: 'GET /api/v2.0/system/gc', allowed: 'A' },
  { route: 'GET /api/v2.0/system/gc/schedule', allowed: 'A' },
  { route: 'POST /api/v2.0/system/gc/schedule', allowed: 'A', body: {} },
  { route: 'PUT /api/v2.0/system/gc/schedule', allowed: 'A', body: {} },
  { route: 'GET /api/v2.0/system/gc/:gc_id', allowed: 'A' },
  { route: 'PUT /api/v2.0/system/gc/:gc_id', allowed: 'A' },
  { route: 'GET /api/v2.0/system/gc/:gc_id/log', allowed: 'A' },

  { route: 'GET /api/v2.0/system/scrub', allowed: 'A' },
  { route: 'GET /api/v2.0/system/scrub/schedule', allowed: 'A' },
  { route: 'POST /api/v2.0/system/scrub/schedule', allowed: 'A', body: {} },
  { route: 'PUT /api/v2.0/system/scrub/schedule', allowed: 'A', body: {} },
  { route: 'GET /api/v2.0/system/scrub/:scrub_id', allowed: 'A' },
  { route: 'PUT /api/v2.0/system/scrub/:scrub_id', allowed: 'A' },
  { route: 'GET /api/v2.0/system/scrub/:scrub_id/log', allowed: 'A' },

  // purge of the audit log, schedules, the job service: the system's own; whether schedules fire everyone may know
  { route: 'GET /api/v2.0/system/purgeaudit', allowed: 'A' },
  { route: 'GET /api/v2.0/system/purgeaudit/schedule', allowed: 'A' },
  { route: 'POST /api/v2.0/system/purgeaudit/schedule', allowed: 'A', body: {} },
  { route: 'PUT /api/v2.0/system/purgeaudit/schedule', allowed: 'A', body: {} },
  { route: 'GET /api/v2.0/system/purgeaudit/:purge_id', allowed: 'A' },
  { route: 'PUT /api/v2.0/system/purgeaudit/:purge_id', allowed: 'A' },
  { route: 'GET /api/v2.0/system/purgeaudit/:purge_id/log', allowed: 'A' },
  { route: 'GET /api/v2.0/schedules', allowed: 'A' },
  { route: 'GET /api/v2.0/schedules/:job_type/paused', allowed: known },
  { route: 'GET /api/v2.0/jobservice/queues', allowed: 'A' },
  { route: 'PUT /api/v2.0/jobservice/queues/:job_type', allowed: 'A', body: { action: 'resume' } },
  { route: 'GET /api/v2.0/jobservice/pools', allowed: 'A' },
  { route: 'GET /api/v2.0/jobservice/pools/:pool_id/workers', allowed: 'A' },
  { route: 'PUT /api/v2.0/jobservice/jobs/:job_id', allowed: 'A' },
  { route: 'GET /api/v2.0/jobservice/jobs/:job_id/log', allowed: 'A' },
  // ours; seen by who may see the jobs
  { route: 'GET /api/v2.0/jobservice/executions/:execution_id/events', allowed: 'A' },

  // immutable
  { route: `GET ${project}/immutabletagrules`, allowed: 'MPA' },
  { route: `POST ${project}/immutabletagrules`, allowed: 'MPA', body: {} },
  { route: `PUT ${project}/immutabletagrules/:immutable_rule_id`, allowed: 'MPA', body: {} },
  { route: `DELETE ${project}/immutabletagrules/:immutable_rule_id`, allowed: 'MPA' },

  // Retention: the path names no project, the policy does; running and stopping need `update`
  { route: 'GET /api/v2.0/retentions/metadatas', allowed: everyone },
  // Both projects have a policy already, so that none is made.
  { route: 'POST /api/v2.0/retentions', allowed: 'DMPA', body: noRules('{team}') },
  { route: 'POST /api/v2.0/retentions', allowed: 'A', body: noRules('{open}') },
  { route: `GET ${retention}`, allowed: 'DMPA' },
  { route: `GET ${retention}`, allowed: 'A', fill: { id: '{openRetention}' } },
  { route: `PUT ${retention}`, allowed: 'DMPA', body: noRules('{team}') },
  { route: `PUT ${retention}`, allowed: 'A', body: noRules('{open}'), fill: { id: '{openRetention}' } },
  { route: `GET ${retention}/executions`, allowed: 'DMPA' },
  { route: `GET ${retention}/executions`, allowed: 'A', fill: { id: '{openRetention}' } },
  { route: `POST ${retention}/executions`, allowed: 'DMPA', body: { dry_run: true } },
  { route: `POST ${retention}/executions`, allowed: 'A', body: { dry_run: true }, fill: { id: '{openRetention}' } },
  { route: `PATCH ${retention}/executions/:eid`, allowed: 'DMPA', body: { action: 'stop' } },
  {
    route: `PATCH ${retention}/executions/:eid`,
    allowed: 'A',
    body: { action: 'stop' },
    fill: { id: '{openRetention}' },
  },
  { route: `GET ${retention}/executions/:eid/tasks`, allowed: 'DMPA' },
  { route: `GET ${retention}/executions/:eid/tasks`, allowed: 'A', fill: { id: '{openRetention}' } },
  { route: `GET ${retention}/executions/:eid/tasks/:tid`, allowed: 'DMPA' },
  { route: `GET ${retention}/executions/:eid/tasks/:tid`, allowed: 'A', fill: { id: '{openRetention}' } },
  { route: `DELETE ${retention}`, allowed: 'DMPA', restore: () => createRetention('team') },
  {
    route: `DELETE ${retention}`,
    allowed: 'A',
    fill: { id: '{openRetention}' },
    restore: () => createRetention('open'),
  },

  // robot: on the project or on the system, by level
  { route: 'GET /api/v2.0/robots', allowed: 'A' },
  { route: 'GET /api/v2.0/robots', allowed: 'GDMPA', query: '?q=Level%3Dproject%2CProjectID%3D{team}' },
  { route: 'POST /api/v2.0/robots', allowed: 'A', body: { level: 'system', name: '', permissions: [] } },
  {
    route: 'POST /api/v2.0/robots',
    allowed: 'PA',
    body: { level: 'project', name: '', permissions: [{ kind: 'project', namespace: 'team' }] },
  },
  { route: 'GET /api/v2.0/robots/:robot_id', allowed: 'A', fill: { robot_id: '{systemRobot}' } },
  { route: 'GET /api/v2.0/robots/:robot_id', allowed: 'GDMPA', fill: { robot_id: '{projectRobot}' } },
  { route: 'PUT /api/v2.0/robots/:robot_id', allowed: 'A', fill: { robot_id: '{systemRobot}' }, body: {} },
  { route: 'PUT /api/v2.0/robots/:robot_id', allowed: 'PA', fill: { robot_id: '{projectRobot}' }, body: {} },
  {
    route: 'PATCH /api/v2.0/robots/:robot_id',
    allowed: 'A',
    fill: { robot_id: '{systemRobot}' },
    body: { secret: 'weak' },
  },
  {
    route: 'PATCH /api/v2.0/robots/:robot_id',
    allowed: 'PA',
    fill: { robot_id: '{projectRobot}' },
    body: { secret: 'weak' },
  },
  { route: 'DELETE /api/v2.0/robots/:robot_id', allowed: 'A', fill: { robot_id: '{doomedSystemRobot}' } },
  { route: 'DELETE /api/v2.0/robots/:robot_id', allowed: 'PA', fill: { robot_id: '{doomedProjectRobot}' } },
  { route: 'GET /api/v2.0/permissions', allowed: 'PA' },

  // webhook: maintainers look, administrators change
  { route: `GET ${webhooks}/policies`, allowed: 'MPA' },
  { route: `POST ${webhooks}/policies`, allowed: 'PA', body: {} },
  { route: `GET ${webhooks}/policies/:webhook_policy_id`, allowed: 'MPA' },
  { route: `PUT ${webhooks}/policies/:webhook_policy_id`, allowed: 'PA', body: {} },
  { route: `DELETE ${webhooks}/policies/:webhook_policy_id`, allowed: 'PA' },
  { route: `GET ${webhooks}/policies/:webhook_policy_id/executions`, allowed: 'MPA' },
  { route: `GET ${webhooks}/policies/:webhook_policy_id/executions/:execution_id/tasks`, allowed: 'MPA' },
  { route: `GET ${webhooks}/policies/:webhook_policy_id/executions/:execution_id/tasks/:task_id/log`, allowed: 'MPA' },
  { route: `POST ${webhooks}/policies/:webhook_policy_id/executions/:execution_id/redeliveries`, allowed: 'PA' },
  { route: `GET ${webhooks}/policies/:webhook_policy_id/deliveries`, allowed: 'MPA' },
  { route: `GET ${webhooks}/lasttrigger`, allowed: 'MPA' },
  { route: `GET ${webhooks}/events`, allowed: 'MPA' },
  { route: `GET ${webhooks}/jobs`, allowed: 'MPA', query: '?policy_id=999999' },
  { route: `GET ${systemWebhooks}`, allowed: 'A' },
  { route: `POST ${systemWebhooks}`, allowed: 'A', body: {} },
  { route: `GET ${systemWebhooks}/:webhook_policy_id`, allowed: 'A' },
  { route: `PUT ${systemWebhooks}/:webhook_policy_id`, allowed: 'A', body: {} },
  { route: `DELETE ${systemWebhooks}/:webhook_policy_id`, allowed: 'A' },
  { route: `GET ${systemWebhooks}/:webhook_policy_id/executions`, allowed: 'A' },
  { route: `GET ${systemWebhooks}/:webhook_policy_id/executions/:execution_id/tasks`, allowed: 'A' },
  { route: `GET ${systemWebhooks}/:webhook_policy_id/executions/:execution_id/tasks/:task_id/log`, allowed: 'A' },
  { route: `POST ${systemWebhooks}/:webhook_policy_id/executions/:execution_id/redeliveries`, allowed: 'A' },
  { route: `GET ${systemWebhooks}/:webhook_policy_id/deliveries`, allowed: 'A' },

  // user: one's own account is tested in users.int.spec.ts
  { route: 'GET /api/v2.0/users', allowed: 'A' },
  { route: 'POST /api/v2.0/users', allowed: 'A', body: {} },
  { route: 'GET /api/v2.0/users/:user_id', allowed: 'A' },
  { route: 'PUT /api/v2.0/users/:user_id', allowed: 'A', body: {} },
  { route: 'DELETE /api/v2.0/users/:user_id', allowed: 'A' },
  { route: 'PUT /api/v2.0/users/:user_id/sysadmin', allowed: 'A', body: { sysadmin_flag: true } },
  { route: 'PUT /api/v2.0/users/:user_id/password', allowed: 'A', body: { new_password: 'weak' } },
  { route: 'PUT /api/v2.0/users/:user_id/cli_secret', allowed: 'A', body: {} },
  // ours; one's own are tested beside the controllers
  { route: 'GET /api/v2.0/users/:user_id/sessions', allowed: 'A' },
  { route: 'DELETE /api/v2.0/users/:user_id/sessions', allowed: 'A' },
  { route: 'DELETE /api/v2.0/users/:user_id/sessions/:session_id', allowed: 'A' },
  { route: 'GET /api/v2.0/users/:user_id/access-tokens', allowed: 'A' },
  { route: 'POST /api/v2.0/users/:user_id/access-tokens', allowed: '', body: { name: '' } },
  { route: 'DELETE /api/v2.0/users/:user_id/access-tokens/:token_id', allowed: 'A' },

  // usergroup
  { route: 'GET /api/v2.0/usergroups', allowed: 'A' },
  { route: 'POST /api/v2.0/usergroups', allowed: 'A', body: {} },
  { route: 'GET /api/v2.0/usergroups/search', allowed: known },
  { route: 'GET /api/v2.0/usergroups/:group_id', allowed: 'A' },
  { route: 'PUT /api/v2.0/usergroups/:group_id', allowed: 'A', body: {} },
  { route: 'DELETE /api/v2.0/usergroups/:group_id', allowed: 'A' },

  // pages of a browser; without a CSRF token (browser.int.spec.ts) nobody is let in
  { route: 'GET /c/log_out', allowed: everyone },
  { route: 'POST /c/login', allowed: everyone, body: { principal: 'stranger', password }, csrf: true },
  { route: 'POST /c/userExists', allowed: everyone, body: { target: 'username', value: 'a' }, csrf: true },
];

const accounts: Record<string, string | undefined> = {
  N: undefined,
  S: 'stranger',
  L: 'limited-guest',
  G: 'guest',
  D: 'developer',
  M: 'maintainer',
  P: 'project-admin',
  R: 'robot$team+ci',
  A: 'admin',
};
/** Role ids from section 3.1. */
const roles: Record<string, number> = { L: 5, G: 3, D: 2, M: 4, P: 1 };

let core: TestCore;
const registryctl = createServer((_request, response) => response.end('{"driver":"s3","capacity":null}'));
let csrfHeaders: Record<string, string>;
const ids: Record<string, string> = {};

beforeAll(async () => {
  await new Promise<void>((resolve) => registryctl.listen(0, '127.0.0.1', resolve));
  core = await startTestCore({ REGISTRYCTL_URL: `http://127.0.0.1:${(registryctl.address() as AddressInfo).port}` });
  ids.team = String(await core.createProject('team'));
  ids.open = String(await core.createProject('open', true));
  for (const letter of 'SLGDMP') await core.createUser(accounts[letter]!);
  for (const [letter, role] of Object.entries(roles)) await core.addMember('team', accounts[letter]!, role);
  for (const name of ['team/app', 'open/app'])
    await insertArtifact(core.database, { repository: name, content: name, tags: ['v1'] });
  ids.projectRobot = await createRobot('ci', 'project', robotHolds);
  ids.systemRobot = await createRobot('ci', 'system', ['user:list']);
  ids.doomedProjectRobot = await createRobot('doomed', 'project', robotHolds);
  ids.doomedSystemRobot = await createRobot('doomed', 'system', ['user:list']);
  await createLabel('globalLabel', { scope: 'g' });
  await createLabel('doomedGlobalLabel', { scope: 'g' });
  await createLabel('teamLabel', { scope: 'p', project_id: '{team}' });
  await createLabel('doomedTeamLabel', { scope: 'p', project_id: '{team}' });
  await createLabel('openLabel', { scope: 'p', project_id: '{open}' });
  await createRetention('team');
  await createRetention('open');
  const page = new TestBrowser(core);
  await page.form('//c/login', {});
  csrfHeaders = {
    'x-harbor-csrf-token': page.token ?? '',
    cookie: `_gorilla_csrf=${page.cookies.get('_gorilla_csrf') ?? ''}`,
  };
}, 60_000);
afterAll(async () => {
  await core?.close();
  registryctl.close();
});

async function createRobot(name: string, level: string, permissions: string[]): Promise<string> {
  const access = permissions.map((permission) => ({
    resource: permission.split(':')[0],
    action: permission.split(':')[1],
  }));
  const body = {
    name,
    level,
    duration: -1,
    secret: password,
    permissions: [{ kind: level, namespace: level === 'system' ? '/' : 'team', access }],
  };
  const answer = await core.request('POST', '/robots', { as: 'admin', body });
  expect(answer).toMatchObject({ status: 201 });
  return String(answer.body.id);
}

async function createLabel(name: string, fields: object): Promise<void> {
  const answer = await core.request('POST', '/labels', { as: 'admin', body: numbered({ name, ...fields }) });
  expect(answer).toMatchObject({ status: 201 });
  ids[name] = String(answer.headers.location?.split('/').at(-1));
}

async function createRetention(name: 'team' | 'open'): Promise<void> {
  const answer = await core.request('POST', '/retentions', { as: 'admin', body: numbered(noRules(`{${name}}`)) });
  expect(answer).toMatchObject({ status: 201 });
  ids[name === 'team' ? 'retention' : 'openRetention'] = String(answer.headers.location?.split('/').at(-1));
}

/** `fill` and `query` may name what the test has made: `{projectRobot}`. */
const withIds = (text: string): string => text.replace(/\{(\w+)\}/g, (_all, name: string) => ids[name] ?? '');
/** And a body: there ids are numbers. */
const numbered = (body: object | undefined): unknown =>
  body && JSON.parse(JSON.stringify(body).replace(/"(\{\w+\})"/g, (_all, name: string) => withIds(name)));

function call({ route, query = '', body, fill, csrf }: Row, letter: string, projectName: string): Promise<Answer> {
  const [method = '', path = ''] = route.split(' ');
  const values: Record<string, string> = {
    ...usual,
    project_name: projectName,
    project_name_or_id: projectName,
    ...fill,
  };
  const url = path.replace(/:(\w+)/g, (_all, name: string) => withIds(values[name] ?? '')) + withIds(query);
  const headers = csrf ? csrfHeaders : {};
  return core.request(method, `/${url}`, { as: accounts[letter], body: numbered(body), headers });
}

/** Let in means that what was asked for was looked at, whatever came of it. */
const isRefused = ({ status }: Answer): boolean => status === 401 || status === 403;

async function letIn(row: Row, projectName: string): Promise<string> {
  const letters: string[] = [];
  for (const letter of principals) {
    const answer = await call(row, letter, projectName);
    expect(answer.status).not.toBe(429);
    expect(answer.status).toBeLessThan(500);
    if (isRefused(answer))
      expect(answer).toMatchObject({
        status: letter === 'N' ? 401 : 403,
        body: { errors: [{ code: letter === 'N' ? 'UNAUTHORIZED' : 'FORBIDDEN' }] },
      });
    else {
      letters.push(letter);
      await row.restore?.();
    }
  }
  return letters.join('');
}

const sorted = (letters: string): string => [...principals].filter((letter) => letters.includes(letter)).join('');

it('every route has a row, and every row a route', () => {
  const plain = (route: string): string => route.replace(/:\w+/g, ':');
  const routes = registeredRoutes(core.app).map(plain);
  const covered = rows.map(({ route }) => plain(route));
  expect(routes.length).toBeGreaterThan(50);
  expect({
    routesWithoutARow: routes.filter((route) => !covered.includes(route)),
    rowsWithoutARoute: covered.filter((route) => !routes.includes(route)),
  }).toEqual({ routesWithoutARow: [], rowsWithoutARoute: [] });
});

const title = ({ route, query = '', fill = {}, body }: Row): string => {
  const { level, scope } = (body ?? {}) as { level?: string; scope?: { ref: string } };
  return [route + query, ...Object.values(fill), level, scope?.ref].filter(Boolean).join(' ');
};
const namesProject = ({ route }: Row): boolean => route.includes(':project_name');

it.each(rows.map((row) => [title(row), row] as const))('%s', async (_title, row) => {
  await expect(letIn(row, 'team')).resolves.toBe(sorted(row.allowed));
});

describe('on a public project', () => {
  it.each(rows.filter(namesProject).map((row) => [title(row), row] as const))('%s', async (_title, row) => {
    // Nobody is a member of `open`: roles elsewhere count for nothing, and the robot's grants neither.
    await expect(letIn(row, 'open')).resolves.toBe(sorted(row.onPublic ? principals : 'A'));
  });
});

describe('on a project that does not exist', () => {
  it.each(rows.filter(namesProject).map((row) => [title(row), row] as const))('%s', async (_title, row) => {
    expect((await call(row, 'N', 'nowhere')).status).toBe(401);
    expect((await call(row, 'S', 'nowhere')).status).toBe(403);
    expect((await call(row, 'R', 'nowhere')).status).toBe(403);
    expect((await call(row, 'A', 'nowhere')).status).toBe(404);
  });
});

describe('credentials that are wrong', () => {
  const wrong = (authorization: string) => ({ headers: { authorization } });
  it.each([
    ['a password', `Basic ${Buffer.from('stranger:Wrong1234').toString('base64')}`],
    ['a user', `Basic ${Buffer.from(`nobody:${password}`).toString('base64')}`],
    ['no colon', `Basic ${Buffer.from('stranger').toString('base64')}`],
    ['no user', `Basic ${Buffer.from(`:${password}`).toString('base64')}`],
    ['no base64', 'Basic ***'],
    ['a service secret', 'Harbor-Secret not-the-secret-of-tests'],
  ])('are refused on open routes too: %s', async (_what, authorization) => {
    await expect(core.request('GET', '/ping', wrong(authorization))).resolves.toMatchObject({
      status: 401,
      body: { errors: [{ code: 'UNAUTHORIZED' }] },
    });
    await expect(
      core.request('GET', '//service/token?service=harbor-registry', wrong(authorization)),
    ).resolves.toMatchObject({ status: 401 });
  });

  it('of another scheme count as none', async () => {
    await expect(core.request('GET', '/ping', wrong('Bearer abc'))).resolves.toMatchObject({ status: 200 });
    await expect(core.request('GET', '/users', wrong('Bearer abc'))).resolves.toMatchObject({ status: 401 });
  });

  it('and the secret of the services lets in everywhere', async () => {
    await expect(core.request('GET', '/users', wrong('Harbor-Secret internal-secret-of-tests'))).resolves.toMatchObject(
      { status: 200 },
    );
  });
});
