import { insertArtifact } from '../testing/artifact-fixture';
import { AuditReader } from '../testing/audit-reader';
import { TestBrowser } from '../testing/test-browser';
import { startTestCore, type Answer, type TestCore } from '../testing/test-core';

let core: TestCore;
let log: AuditReader;
let team: number;
let olga: number;

beforeAll(async () => {
  core = await startTestCore();
  log = new AuditReader(core);
  olga = await core.createUser('olga');
  team = await core.createProject('team');
  await core.addMember('team', 'olga', 4);
  await insertArtifact(core.database, { repository: 'team/app', content: 'one', tags: ['v1'] });
});
afterAll(() => core.close());

const send = (method: string, path: string, body?: unknown, as = 'admin') =>
  core.request(method, path, { as, ...(body !== undefined && { body }) });
const after = (status: number, ...asked: Parameters<typeof send>) => log.after(() => send(...asked), status);

/** Creates something: the entries, and its path. */
async function made(path: string, body: unknown, as?: string): Promise<{ entries: string[]; at: string }> {
  let answer: Answer | undefined;
  const entries = await log.after(async () => (answer = await send('POST', path, body, as)), 201);
  return { entries, at: String(answer?.headers.location).replace('/api/v2.0', '') };
}

const app = '/projects/team/repositories/app';

describe('what people set up is in the log', () => {
  it('of access tokens and sessions', async () => {
    const tokens = `/users/${olga}/access-tokens`;
    const { entries, at } = await made(tokens, { name: 'laptop' }, 'olga');
    expect(entries).toEqual(['olga create access_token olga/laptop']);
    expect(await after(409, 'POST', tokens, { name: 'laptop' }, 'olga')).toEqual([
      'olga create access_token olga/laptop failed',
    ]);
    expect(await after(200, 'DELETE', at)).toEqual(['admin delete access_token olga/laptop']);
    const token = at.split('/').at(-1);
    expect(await after(404, 'DELETE', at)).toEqual([`admin delete access_token olga/${token} failed`]);
    const nobody = '394060920880710757205934080';
    expect(await after(422, 'DELETE', `/users/${nobody}/access-tokens/${token}`)).toEqual([
      `admin delete access_token ${nobody}/${token} failed`,
    ]);

    await new TestBrowser(core).login('olga');
    expect(await after(200, 'DELETE', `/users/${olga}/sessions`)).toEqual(['admin delete session olga']);
    const none = `/users/${olga}/sessions/6f1fd9c4-2a45-4b54-8f51-000000000000`;
    expect(await after(404, 'DELETE', none, undefined, 'olga')).toEqual(['olga delete session olga failed']);
    expect(await after(412, 'PUT', `/users/${olga}/cli_secret`, { secret: 'Passw0rd1' }, 'olga')).toEqual([
      'olga update user olga failed',
    ]);
  });

  it('of groups', async () => {
    const { entries, at } = await made('/usergroups', { group_name: 'devs', group_type: 3 });
    expect(entries).toEqual(['admin create user_group devs']);
    expect(await after(200, 'PUT', at, { group_name: 'ops' })).toEqual(['admin update user_group devs']);
    expect(await after(200, 'DELETE', at)).toEqual(['admin delete user_group ops']);
  });

  it('of labels, and of artifacts that carry them', async () => {
    const { entries, at } = await made('/labels', { name: 'prod', scope: 'p', project_id: team }, 'olga');
    expect(entries).toEqual(['olga create label prod']);
    expect(await log.entries('/projects/team/auditlog-exts')).toEqual(entries);
    expect(await after(200, 'PUT', at, { name: 'live', scope: 'p', project_id: team })).toEqual([
      'admin update label prod',
    ]);
    const carried = `${app}/artifacts/v1/labels`;
    const id = Number(at.split('/').at(-1));
    expect(await after(200, 'POST', carried, { id })).toEqual(['admin update artifact team/app:v1']);
    expect(await after(200, 'DELETE', `${carried}/${id}`)).toEqual(['admin update artifact team/app:v1']);
    const { body } = await send('GET', '/projects/team/auditlog-exts');
    expect(body).toMatchObject([{ operation_description: 'take label live: team/app:v1' }]);
    expect(await after(200, 'DELETE', at)).toEqual(['admin delete label live']);
    expect(await after(404, 'POST', carried, { id })).toEqual(['admin update artifact team/app:v1 failed']);
    const global = await made('/labels', { name: 'all', scope: 'g' });
    expect(global.entries).toEqual(['admin create label all']);
    expect(await log.entries('/projects/team/auditlog-exts')).toEqual([]);
  });

  it('of immutable rules, retention and webhooks', async () => {
    const rules = '/projects/team/immutabletagrules';
    const rule = {
      template: 'immutable_template',
      tag_selectors: [{ kind: 'doublestar', decoration: 'matches', pattern: 'x*' }],
      scope_selectors: { repository: [{ kind: 'doublestar', decoration: 'repoMatches', pattern: '**' }] },
    };
    const immutable = await made(rules, { ...rule, action: 'immutable' });
    expect(immutable.entries).toEqual(['admin create immutable_rule team']);
    const there = `${rules}/${immutable.at.split('/').at(-1)}`;
    expect(await after(200, 'PUT', there, { ...rule, action: 'immutable', disabled: true })).toEqual([
      'admin update immutable_rule team',
    ]);
    expect(await after(200, 'DELETE', there)).toEqual(['admin delete immutable_rule team']);

    const policy = { rules: [], scope: { level: 'project', ref: team } };
    const retention = await made('/retentions', policy, 'olga');
    expect(retention.entries).toEqual(['olga create retention_policy team']);
    expect(await after(200, 'PUT', retention.at, policy)).toEqual(['admin update retention_policy team']);
    const run = await made(`${retention.at}/executions`, { dry_run: true });
    expect(run.entries).toEqual(['admin start job RETENTION']);
    expect(await log.entries('/projects/team/auditlog-exts')).toEqual(run.entries);
    expect(await after(200, 'PATCH', run.at, { action: 'stop' })).toEqual(['admin stop job RETENTION']);
    expect(await after(200, 'DELETE', retention.at)).toEqual(['admin delete retention_policy team']);

    for (const [owner, project] of [
      ['/projects/team/webhook', 'team'],
      ['/system/webhook', undefined],
    ]) {
      const targets = [{ type: 'http', address: 'https://ci.example.com/x', auth_header: 'Bearer hush' }];
      const hook = { name: 'ci', enabled: true, event_types: ['PUSH_ARTIFACT'], targets };
      const webhook = await made(`${owner}/policies`, hook);
      expect(webhook.entries).toEqual(['admin create webhook_policy ci']);
      const here = `${owner}/policies/${webhook.at.split('/').at(-1)}`;
      expect(await after(200, 'PUT', here, { ...hook, name: 'cd' })).toEqual(['admin update webhook_policy ci']);
      if (project) expect(await log.entries(`/projects/${project}/auditlog-exts`)).toHaveLength(1);
      const again = `${here}/executions/999999/redeliveries`;
      expect(await after(404, 'POST', again)).toEqual(['admin start job WEBHOOK failed']);
      expect(await after(200, 'DELETE', here)).toEqual(['admin delete webhook_policy cd']);
    }
  });
});

describe('what administrators do is in the log', () => {
  it('of settings, by their names alone', async () => {
    const given = { oidc_client_secret: 'hush', token_expiration: 31 };
    expect(await after(200, 'PUT', '/configurations', given)).toEqual(['admin update configuration system']);
    const descriptions = async () =>
      (await send('GET', '/auditlog-exts')).body.map((entry: object) => Object.values(entry).join(' '));
    expect(await descriptions()).toEqual([
      expect.stringContaining('update configuration: token_expiration, oidc_client_secret'),
    ]);
    const wrong = { ldap_search_password: 'hush', token_expiration: -1 };
    expect(await after(400, 'PUT', '/configurations', wrong)).toEqual(['admin update configuration system failed']);
    expect((await descriptions()).join()).not.toContain('hush');
    const rows = await core.database.query(
      `SELECT FROM audit_log a WHERE a::text LIKE '%hush%' UNION ALL SELECT FROM outbox o WHERE o::text LIKE '%hush%'`,
    );
    expect(rows).toEqual([]);
  });

  it('of the vulnerabilities that are put up with', async () => {
    const list = { items: [{ cve_id: 'CVE-2026-1' }] };
    expect(await after(200, 'PUT', '/system/CVEAllowlist', list)).toEqual(['admin update cve_allowlist system']);
  });

  it.each([
    ['/system/gc', 'GARBAGE_COLLECTION', {}],
    ['/system/scrub', 'BLOB_SCRUB', {}],
    ['/system/purgeaudit', 'PURGE_AUDIT_LOG', { audit_retention_hour: 24, include_event_types: 'pull_artifact' }],
  ])('of %s', async (path, job, parameters) => {
    const nightly = { schedule: { type: 'Daily', cron: '0 0 0 * * *' }, parameters };
    expect((await made(`${path}/schedule`, nightly)).entries).toEqual([`admin update schedule ${job}`]);
    const none = { schedule: { type: 'None' }, parameters };
    expect(await after(200, 'PUT', `${path}/schedule`, none)).toEqual([`admin update schedule ${job}`]);
    const now = await made(`${path}/schedule`, { schedule: { type: 'Manual' }, parameters });
    expect(now.entries).toEqual([`admin start job ${job}`]);
    expect(await after(200, 'PUT', now.at)).toEqual([`admin stop job ${job}`]);
    expect(await after(404, 'PUT', `${path}/999999`)).toEqual([`admin stop job ${job} failed`]);
  });

  it('of imports and jobs', async () => {
    const { entries, at } = await made('/system/import', { project: 'old' });
    expect(entries).toEqual(['admin start job STORAGE_IMPORT']);
    expect(await after(409, 'POST', '/system/import', {})).toEqual(['admin start job STORAGE_IMPORT failed']);
    expect(await after(200, 'PUT', at)).toEqual(['admin stop job STORAGE_IMPORT']);
    const queue = '/jobservice/queues/RETENTION';
    expect(await after(200, 'PUT', queue, { action: 'pause' })).toEqual(['admin update queue RETENTION']);
    expect(await after(200, 'PUT', queue, { action: 'resume' })).toEqual(['admin update queue RETENTION']);
    expect((await send('GET', '/auditlog-exts')).body).toMatchObject([
      { operation_description: 'resume queue: RETENTION' },
    ]);
    expect(await after(404, 'PUT', '/jobservice/jobs/999999')).toEqual(['admin stop job 999999 failed']);
  });
});

describe('what becomes of artifacts is in the log', () => {
  it('when it succeeds, once, and when it does not', async () => {
    expect(await after(200, 'PUT', app, { description: 'x' })).toEqual(['admin update repository team/app']);
    expect(await after(201, 'POST', `${app}/artifacts/v1/tags`, { name: 'v2' })).toEqual([
      'admin create tag team/app:v2',
    ]);
    expect(await after(409, 'POST', `${app}/artifacts/v1/tags`, { name: 'v2' })).toEqual([
      'admin create tag team/app:v2 failed',
    ]);
    expect(await after(200, 'DELETE', `${app}/artifacts/v1/tags/v2`)).toEqual(['admin delete tag team/app:v2']);
    expect(await after(404, 'DELETE', `${app}/artifacts/v1/tags/v2`)).toEqual(['admin delete tag team/app:v2 failed']);
    const nothing = `sha256:${'0'.repeat(64)}`;
    expect(await after(404, 'POST', `${app}/tags/v2/restore`, { digest: nothing })).toEqual([
      'admin restore tag team/app:v2 failed',
    ]);
    expect(await after(404, 'DELETE', `${app}/artifacts/${nothing}`)).toEqual([
      `admin delete artifact team/app@${nothing} failed`,
    ]);
    expect(await after(404, 'DELETE', '/projects/team/repositories/No%20Name')).toEqual([
      'admin delete repository team/No Name failed',
    ]);
    const [{ digest }] = (await send('GET', `${app}/artifacts`)).body;
    expect(await after(200, 'POST', `${app}/tags/v2/restore`, { digest })).toEqual(['admin restore tag team/app:v2']);
    const copies = '/projects/team/repositories/copy';
    expect(await after(201, 'POST', `${copies}/artifacts?from=team/app:v2`)).toContain(
      'admin create artifact team/copy:v2',
    );
    expect(await after(404, 'POST', `${copies}/artifacts?from=team/app:none`)).toEqual([
      'admin create artifact team/copy failed',
    ]);
    expect(await after(200, 'DELETE', copies)).toContain('admin delete repository team/copy');
    expect(await after(404, 'DELETE', copies)).toEqual(['admin delete repository team/copy failed']);
    const deletion = await made('/projects/team/deletions', {});
    expect(deletion.entries).toEqual(['admin start job PROJECT_DELETE']);
  });
});
