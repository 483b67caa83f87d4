import { makeTrustKey, targetOf, TrustOwner } from '@breakwater/testing';
import { nextSnapshot, nextTimestamp, parseEnvelope } from '@breakwater/tuf';
import { hash } from 'node:crypto';
import { insertArtifact } from '../testing/artifact-fixture';
import { AuditReader } from '../testing/audit-reader';
import { hearStatements, statementsOf } from '../testing/sent-statements';
import { startTestCore, type TestCore } from '../testing/test-core';

const host = 'registry.example.com';
let core: TestCore;
let audit: AuditReader;
let serial = 0;

beforeAll(async () => {
  core = await startTestCore({ NOTARY_PORT: '4443' });
  audit = new AuditReader(core);
  await core.createProject('team');
  for (const [name, role] of Object.entries({ boss: 1, keeper: 4, dev: 2, guest: 5, stranger: 0 })) {
    await core.createUser(name);
    if (role) await core.addMember('team', name, role);
  }
}, 60_000);
afterAll(() => core.close());

/** A repository whose image has these tags. */
async function pushed(...tags: string[]) {
  const name = `app-${++serial}`;
  const { digest } = await insertArtifact(core.database, { repository: `team/${name}`, content: name, tags });
  const path = `/projects/team/repositories/${name}`;
  return { name, repository: `team/${name}`, gun: `${host}/team/${name}`, digest, path };
}
type Pushed = Awaited<ReturnType<typeof pushed>>;

/** As notary-server leaves it: root, targets, snapshot and timestamp, and what they sign. */
async function published(
  { repository }: Pick<Pushed, 'repository'>,
  signed: Record<string, string>,
  given: { gun?: string; role?: string; expires?: Date } = {},
): Promise<TrustOwner> {
  const { gun = `${host}/${repository}`, role = 'targets', expires = new Date(Date.now() + 86_400_000) } = given;
  const [owner, server] = [new TrustOwner(gun), makeTrustKey()];
  const files = new Map([
    ['root', owner.root({ snapshot: server.key, timestamp: server.key })],
    ['targets', owner.targets(Object.fromEntries(Object.keys(signed).map((tag) => [tag, targetOf(tag)])))],
  ]);
  const now = new Date();
  const unsigned = (value: object): Buffer => Buffer.from(JSON.stringify({ signed: value, signatures: [] }));
  const snapshot = unsigned(nextSnapshot(undefined, files, now));
  const timestamp = unsigned(nextTimestamp(undefined, snapshot, now));
  await core.database.query(
    `INSERT INTO trust_repository (gun, repository, root_key_ids, refresh_time) VALUES ($1, $2, $3, now()) ON CONFLICT DO NOTHING`,
    [gun, repository, JSON.stringify([`root-of-${gun}`])],
  );
  for (const [name, data] of [...files, ['snapshot', snapshot] as const, ['timestamp', timestamp] as const])
    await core.database.query(
      `INSERT INTO trust_file (gun, role, version, sha256, data) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
      [gun, name, parseEnvelope(data).version, hash('sha256', data, 'hex'), data],
    );
  for (const [tag, digest] of Object.entries(signed))
    await core.database.query(
      `INSERT INTO trust_target (gun, role, name, sha256, length, key_ids, expiry_time, signed_time)
       VALUES ($1, $2, $3, $4, 10, '["key"]', $5, now())`,
      [gun, role, tag, digest.slice('sha256:'.length), expires],
    );
  return owner;
}

const send = (method: string, path: string, as = 'admin') => core.request(method, path, { as });
const namesLeft = async ({ repository }: Pick<Pushed, 'repository'>): Promise<string[]> =>
  (
    await core.database.query<{ gun: string }>('SELECT gun FROM trust_repository WHERE repository = $1 ORDER BY gun', [
      repository,
    ])
  ).map(({ gun }) => gun);
const descriptions = async (): Promise<string[]> => {
  await audit.relay();
  const rows = await core.database.query<{ text: string }>(
    'SELECT operation_description AS text FROM audit_log ORDER BY op_time DESC, id DESC LIMIT 5',
  );
  return rows.map(({ text }) => text);
};

describe('a signed tag', () => {
  it('is not deleted until its signature is removed; the message has the command', async () => {
    const app = await pushed('v1', 'v2');
    await published(app, { v1: app.digest });
    const refused = await send('DELETE', `${app.path}/artifacts/v1/tags/v1`);
    const command = `notary -s https://${host}:4443 -d ~/.docker/trust remove -p ${app.gun} v1`;
    expect(refused).toMatchObject({
      status: 412,
      body: { errors: [{ code: 'PRECONDITION', reason: 'tag.signed', params: { tag: 'v1', command } }] },
    });
    const { message } = refused.body.errors[0];
    expect(message).toContain('the tag v1 with signature cannot be deleted');
    expect(message).toContain(`\`${command}\``);
    expect(message).toContain('confirm_signed=true');
    expect((await send('DELETE', `${app.path}/artifacts/v1/tags/v2`)).status).toBe(200);
    await core.database.query('DELETE FROM trust_target WHERE gun = $1', [app.gun]);
    expect((await send('DELETE', `${app.path}/artifacts/v1/tags/v1`)).status).toBe(200);
  });

  it('holds its artifact, by tag or digest, by whatever role and under whatever name it was signed', async () => {
    const app = await pushed('v1', 'v2');
    const other = `mirror.example.com:8443/${app.repository}`;
    await published(app, { v1: app.digest });
    await published(app, { v1: `sha256:${'0'.repeat(64)}` }, { gun: other, role: 'targets/carol' });
    for (const reference of ['v2', app.digest]) {
      const refused = await send('DELETE', `${app.path}/artifacts/${reference}`);
      expect(refused.status).toBe(412);
      expect(refused.body.errors[0].detail.commands).toEqual([
        `notary -s https://mirror.example.com:4443 -d ~/.docker/trust remove -p ${other} v1 -r targets/carol`,
        `notary -s https://${host}:4443 -d ~/.docker/trust remove -p ${app.gun} v1`,
      ]);
    }
  });

  it('goes when that is confirmed, and the audit log tells what was signed', async () => {
    const app = await pushed('v1', 'v2');
    await published(app, { v1: app.digest, v2: app.digest });
    expect(await audit.after(() => send('DELETE', `${app.path}/artifacts/v1/tags/v1`), 412)).toEqual([
      `admin delete tag ${app.repository}:v1 failed`,
    ]);
    const confirmed = (path: string) => send('DELETE', `${app.path}/artifacts/${path}?confirm_signed=true`);
    expect(await audit.after(() => confirmed('v1/tags/v1'), 200)).toEqual([`admin delete tag ${app.repository}:v1`]);
    expect((await descriptions())[0]).toBe(
      `delete tag: ${app.repository}:v1, confirmed although Notary signs v1 by targets of ${app.gun} for ${app.digest}`,
    );
    expect((await send('DELETE', `${app.path}/artifacts/v2?confirm_signed=false`)).status).toBe(412);
    expect((await confirmed('v2')).status).toBe(200);
    expect((await descriptions())[0]).toContain(`confirmed although Notary signs v2 by targets of ${app.gun}`);
    // Trust data is its owner's: it stays.
    expect(await namesLeft(app)).toEqual([app.gun]);
  });

  it('is not one whose signature has expired, or whose root is none that the policy pins', async () => {
    const app = await pushed('v1', 'v2');
    await published(app, { v1: app.digest }, { expires: new Date(Date.now() - 1_000) });
    expect((await send('DELETE', `${app.path}/artifacts/v1/tags/v1`)).status).toBe(200);
    await published(app, { v2: app.digest });
    const pin = (ids: string[]) =>
      core.request('PUT', '/projects/team/trust-policy', { as: 'admin', body: { notary: { root_key_ids: ids } } });
    expect((await pin(['f'.repeat(64)])).status).toBe(200);
    expect((await send('DELETE', `${app.path}/artifacts/v2/tags/v2`)).status).toBe(200);
    expect((await pin([])).status).toBe(200);
  });

  it('costs repositories without trust data one look into an index', async () => {
    const app = await pushed('v1');
    hearStatements();
    const { result, statements } = await statementsOf(() => send('DELETE', `${app.path}/artifacts/v1/tags/v1`));
    jest.restoreAllMocks();
    expect(result.status).toBe(200);
    expect(statements.filter(({ text }) => text.includes('trust_'))).toHaveLength(1);
    const plan = await core.database.transaction(async () => {
      await core.database.query('SET LOCAL enable_seqscan = off');
      return core.database.query<Record<string, string>>(
        `EXPLAIN SELECT n.name FROM trust_repository g JOIN trust_target n ON n.gun = g.gun
         WHERE g.repository = 'team/app' AND n.name = ANY('{v1}') AND n.expiry_time > now()`,
      );
    });
    expect(JSON.stringify(plan)).toContain('trust_repository_repository_idx');
  });
});

describe('trust data', () => {
  it('goes with its repository, without a word about each tag, and its keys are noted', async () => {
    const app = await pushed('v1');
    const other = `mirror.example.com/${app.repository}`;
    await published(app, { v1: app.digest });
    await published(app, { v1: app.digest }, { gun: other });
    expect((await send('DELETE', app.path)).status).toBe(200);
    expect(await namesLeft(app)).toEqual([]);
    const left = await core.database.query(
      `SELECT 1 FROM trust_file WHERE gun = ANY($1) UNION ALL SELECT 1 FROM trust_target WHERE gun = ANY($1)`,
      [[app.gun, other]],
    );
    expect(left).toEqual([]);
    const told = await core.database.query(
      `SELECT c.gun, c.category, r.gun IS NOT NULL AS noted FROM trust_change c LEFT JOIN trust_key_removal r ON r.gun = c.gun
       WHERE c.gun = ANY($1) ORDER BY c.gun`,
      [[app.gun, other]],
    );
    expect(told).toEqual([
      { gun: other, category: 'deletion', noted: true },
      { gun: app.gun, category: 'deletion', noted: true },
    ]);
  });

  it('does not come back with what is restored', async () => {
    const app = await pushed('v1');
    await published(app, { v1: app.digest });
    expect((await send('DELETE', app.path)).status).toBe(200);
    expect((await send('POST', `${app.path}/deleted-artifacts/${app.digest}/restore`)).status).toBe(200);
    expect(await namesLeft(app)).toEqual([]);
  });

  it('stays when its repository may not go', async () => {
    const app = await pushed('v1');
    await published(app, { v1: app.digest });
    const matching = { kind: 'doublestar', decoration: 'matches', pattern: '**' };
    const rule = {
      tag_selectors: [matching],
      scope_selectors: { repository: [{ ...matching, decoration: 'repoMatches', pattern: app.name }] },
    };
    expect((await core.request('POST', '/projects/team/immutabletagrules', { as: 'admin', body: rule })).status).toBe(
      201,
    );
    expect((await send('DELETE', app.path)).status).toBe(412);
    expect(await namesLeft(app)).toEqual([app.gun]);
  });

  it('goes with its project, though there was never a repository', async () => {
    await core.createProject('early');
    await published({ repository: 'early/never' }, {});
    expect((await send('DELETE', '/projects/early')).status).toBe(200);
    expect(await namesLeft({ repository: 'early/never' })).toEqual([]);
  });
});

describe('resetting trust', () => {
  it('shows what there is, and takes all of it away', async () => {
    const app = await pushed('v1');
    const owner = await published(app, { v1: app.digest });
    const { status, body } = await send('GET', `${app.path}/trust`, 'guest');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      repository: app.repository,
      names: [{ gun: app.gun, root_key_ids: [`root-of-${app.gun}`], signed_tags: 1, signers: [] }],
    });
    const roles = body.names[0].roles as { name: string; version: number; key_ids: string[]; expiry_time: string }[];
    expect(roles.map(({ name, key_ids: ids }) => [name, ids.length])).toEqual([
      ['root', 1],
      ['snapshot', 1],
      ['targets', 1],
      ['timestamp', 1],
    ]);
    for (const { expiry_time: time } of roles) expect(Date.parse(time)).toBeGreaterThan(Date.now());
    const byOwner = roles.find(({ name }) => name === 'targets')!.key_ids;
    expect(byOwner).toEqual(owner.targetsKeys.map(({ id }) => id));
    expect(await audit.after(() => send('DELETE', `${app.path}/trust`, 'boss'), 200)).toEqual([
      `boss delete trust_data ${app.repository}`,
    ]);
    expect((await descriptions())[0]).toBe(
      `reset trust: ${app.repository}, ${app.gun} with root keys root-of-${app.gun}`,
    );
    expect(await namesLeft(app)).toEqual([]);
    expect((await send('GET', `${app.path}/trust`, 'guest')).body).toEqual({ repository: app.repository, names: [] });
    expect((await send('DELETE', `${app.path}/trust`, 'boss')).status).toBe(404);
    expect((await send('DELETE', `${app.path}/artifacts/v1/tags/v1`)).status).toBe(200);
  });

  it.each([
    ['keeper', 403],
    ['dev', 403],
    ['guest', 403],
    ['stranger', 403],
  ])('is not for %s', async (as, expected) => {
    const app = await pushed('v1');
    await published(app, { v1: app.digest });
    expect((await send('DELETE', `${app.path}/trust`, as)).status).toBe(expected);
    expect(await namesLeft(app)).toEqual([app.gun]);
  });

  it('and the look at it are not for those who may not see the repository', async () => {
    const app = await pushed('v1');
    await published(app, { v1: app.digest });
    expect((await send('GET', `${app.path}/trust`, 'stranger')).status).toBe(403);
    for (const method of ['GET', 'DELETE']) expect((await core.request(method, `${app.path}/trust`)).status).toBe(401);
  });
});
