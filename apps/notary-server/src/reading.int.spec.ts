import { metricNamesOf, MetricsServer } from '@breakwater/platform';
import { makeTrustKey, scrape, signedBy, targetOf, TrustOwner } from '@breakwater/testing';
import {
  assemble,
  baseRoleKeys,
  nextSnapshot,
  parseEnvelope,
  parseRoot,
  parseSnapshot,
  parseTimestamp,
  requireThreshold,
  type Unsigned,
} from '@breakwater/tuf';
import { hash } from 'node:crypto';
import { BackgroundRefresh } from './refresh/background-refresh';
import { NotaryUnderTest, type Answer } from './testing/notary-under-test';

let notary: NotaryUnderTest;
const host = 'registry.example.com';
let serial = 0;
const newGun = (): string => `${host}/library/read-${++serial}`;

beforeAll(async () => {
  notary = await NotaryUnderTest.start();
  await notary.addServer();
});
afterAll(() => notary?.stop());

const bytesOf = (answer: Answer): Buffer => Buffer.from(answer.text);
const yesterday = new Date(Date.now() - 86_400_000).toISOString();
const soon = new Date(Date.now() + 3_600_000).toISOString();

/** Puts files in place of those in force, as if time had passed: who serves them does not look at signatures. */
async function age(gun: string, { snapshot, timestamp }: { snapshot?: string; timestamp?: string }): Promise<void> {
  const replace = async (role: string, version: number, bytes: Buffer) =>
    notary.sql.query('UPDATE trust_file SET data = $1, sha256 = $2 WHERE gun = $3 AND role = $4 AND version = $5', [
      bytes,
      hash('sha256', bytes, 'hex'),
      gun,
      role,
      version,
    ]);
  const old = parseEnvelope(bytesOf(await notary.file(gun, 'timestamp.json')));
  const oldSnapshot = parseEnvelope(bytesOf(await notary.file(gun, 'snapshot.json')));
  const aged = (signed: unknown, expires?: string): Unsigned => ({
    ...(signed as Unsigned),
    ...(expires && { expires }),
  });
  const newSnapshot = assemble(aged(oldSnapshot.signed, snapshot), oldSnapshot.signatures);
  const hashes = { sha256: hash('sha256', newSnapshot, 'base64'), sha512: hash('sha512', newSnapshot, 'base64') };
  const meta = { snapshot: { hashes, length: newSnapshot.length } };
  const newTimestamp = assemble({ ...aged(old.signed, timestamp), meta }, old.signatures);
  await replace('snapshot', oldSnapshot.version, newSnapshot);
  await replace('timestamp', old.version, newTimestamp);
  await notary.sql.query('UPDATE trust_repository SET refresh_time = $2 WHERE gun = $1', [
    gun,
    [snapshot, timestamp].filter(Boolean).sort()[0],
  ]);
}

const changes = async (gun: string): Promise<{ count: number; records: Record<string, unknown>[] }> => {
  const { text } = await notary.ask('GET', `/v2/${gun}/_trust/changefeed?records=0`, { may: ['pull'] });
  return JSON.parse(text) as { count: number; records: Record<string, unknown>[] };
};

describe('who may', () => {
  const gun = `${host}/library/guarded`;
  const requests = [
    ['GET', 'tuf/root.json', ['pull'], ['push']],
    ['GET', `tuf/root.${'a'.repeat(64)}.json`, ['pull'], ['push']],
    ['GET', 'tuf/1.root.json', ['pull'], ['push']],
    ['GET', 'tuf/timestamp.key', ['push', 'pull'], ['pull']],
    ['POST', 'tuf/snapshot.key', ['*'], ['push', 'pull']],
    ['POST', 'tuf/', ['push', 'pull'], ['pull']],
    ['DELETE', 'tuf/', ['*'], ['push', 'pull']],
    ['GET', 'changefeed?records=1', ['pull'], ['push']],
  ] as const;

  it.each(requests)('%s %s needs %j', async (method, path, wanted, less) => {
    const url = `/v2/${gun}/_trust/${path}`;
    const detail = wanted.map((action) => ({ Type: 'repository', Class: '', Name: gun, Action: action }));
    const challenge = `service="harbor-notary",scope="repository:${gun}:${wanted.join(',')}"`;
    for (const [asking, problem] of [
      [{}, ''],
      [{ token: 'no.to.ken' }, ',error="invalid_token"'],
      [{ may: [...less] }, ',error="insufficient_scope"'],
      [
        { token: await notary.token([{ type: 'repository', name: `${gun}2`, actions: ['*'] }]) },
        ',error="insufficient_scope"',
      ],
    ] as const) {
      const { status, headers, error } = await notary.ask(method, url, asking);
      expect([status, error.code, error.detail]).toEqual([401, 'UNAUTHORIZED', detail]);
      expect(headers.get('www-authenticate')).toMatch(/^Bearer realm="http:\/\/127\.0\.0\.1:\d+\/service\/token",/);
      expect(headers.get('www-authenticate')).toContain(`${challenge}${problem}`);
    }
    for (const may of [[...wanted], ['*']]) expect((await notary.ask(method, url, { may })).status).not.toBe(401);
  });

  it.each([
    ['GET', '/v2/'],
    ['GET', '/v2/_trust/changefeed?records=1'],
    ['GET', '/nothing/here'],
    ['HEAD', `/v2/${gun}/_trust/tuf/root.json`],
    ['PUT', `/v2/${gun}/_trust/tuf/`],
    ['GET', `/v2/${gun}/_trust/tuf/root.key`],
  ])('%s %s needs the catalog', async (method, path) => {
    const { status, headers } = await notary.ask(method, path, { may: ['*'] });
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toContain('scope="registry:catalog:*"');
    const token = await notary.token([{ type: 'registry', name: 'catalog', actions: ['*'] }]);
    const allowed = await notary.ask(method, path, { token });
    if (path.startsWith('/v2/_trust')) expect(allowed.status).toBe(200);
    else if (path === '/v2/') expect([allowed.status, allowed.text]).toEqual([200, '{}']);
    else
      expect([allowed.status, method === 'HEAD' || allowed.error.code]).toEqual([
        404,
        method === 'HEAD' || 'METADATA_NOT_FOUND',
      ]);
  });

  it('other methods are none', async () => {
    expect((await notary.ask('PATCH', `/v2/${gun}/_trust/tuf/`, { may: ['*'] })).status).toBe(405);
  });

  it('a token of the registry’s counts where it was granted for trust data', async () => {
    const url = `/v2/${gun}/_trust/tuf/root.json`;
    const tokenFor = (type: string, name: string) =>
      notary.token([{ type, name, actions: ['pull'] }], 'harbor-registry');
    expect((await notary.ask('GET', url, { token: await tokenFor('trust', gun) })).status).toBe(404);
    // That is a repository of a project that is called like the host.
    expect((await notary.ask('GET', url, { token: await tokenFor('repository', gun) })).status).toBe(401);
    const plain = '/v2/library/plain/_trust/tuf/root.json';
    expect((await notary.ask('GET', plain, { token: await tokenFor('repository', 'library/plain') })).status).toBe(404);
    const foreign = await notary.token([{ type: 'trust', name: gun, actions: ['pull'] }], 'elsewhere');
    expect((await notary.ask('GET', url, { token: foreign })).status).toBe(401);
  });

  it('is told when the host is none of ours', async () => {
    const { error } = await notary.file('other.example.com/library/app', 'root.json', { may: [] });
    expect(error.message).toBe(
      'authentication required: other.example.com is not a name of this platform (EXTERNAL_HOSTS tells it which are)',
    );
  });
});

describe('a file', () => {
  const gun = newGun();
  beforeAll(() => notary.initialised(gun));

  it('in force may be kept for minutes, one that cannot change for a month', async () => {
    const current = await notary.file(gun, 'root.json');
    expect(current.headers.get('cache-control')).toBe('public, max-age=300, s-maxage=300, must-revalidate');
    expect(Date.parse(current.headers.get('last-modified')!)).toBeGreaterThan(Date.now() - 60_000);
    expect(current.headers.get('last-modified')).toMatch(/ GMT$/);
    expect(current.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(current.headers.get('content-length')).toBe(String(Buffer.byteLength(current.text)));
    const sha256 = hash('sha256', current.text, 'hex');
    for (const name of [`root.${sha256}.json`, '1.root.json'])
      expect((await notary.file(gun, name)).headers.get('cache-control')).toBe(
        'public, max-age=2592000, s-maxage=2592000',
      );
    const key = await notary.ask('GET', `/v2/${gun}/_trust/tuf/timestamp.key`, { may: ['*'] });
    expect([key.headers.get('cache-control'), key.text.length]).toEqual([null, 181]);
    expect(key.text).toMatch(/^\{"keytype":"ecdsa","keyval":\{"public":"[A-Za-z0-9+/=]+","private":null\}\}$/);
  });

  it.each(['snapshot.json', 'timestamp.json', 'root.json'])('%s of nobody is not there', async (name) => {
    const { status, error, headers } = await notary.file(`${host}/library/nobody`, name);
    expect([status, error]).toEqual([
      404,
      { code: 'METADATA_NOT_FOUND', message: 'You have requested metadata that does not exist.' },
    ]);
    expect(headers.get('cache-control')).toBeNull();
  });

  it.each([
    'targets/none.json',
    '2.root.json',
    '0.root.json',
    `root.${'a'.repeat(64)}.json`,
    `root.${'a'.repeat(128)}.json`,
  ])('%s is not there', async (name) => {
    const token = await notary.token([
      { type: 'repository', name: gun, actions: ['pull'] },
      { type: 'registry', name: 'catalog', actions: ['*'] },
    ]);
    expect((await notary.file(gun, name, { token })).error.code).toBe('METADATA_NOT_FOUND');
  });
});

describe('settings', () => {
  it('may forbid caches, and serve some names only', async () => {
    const gun = newGun();
    await notary.initialised(gun);
    await notary.addServer({ NOTARY_MAX_AGE_CURRENT: '0', NOTARY_GUN_PREFIXES: `${host}/` });
    const replica = notary.servers.length - 1;
    const { headers } = await notary.file(gun, 'root.json', { replica });
    expect(headers.get('cache-control')).toBe('max-age=0, no-cache, no-store');
    expect(headers.get('pragma')).toBe('no-cache');
    const other = 'other.example.com/library/app';
    expect((await notary.file(other, 'root.json', { replica })).error.code).toBe('METADATA_NOT_FOUND');
    const refused = await notary.publish(other, { root: '{}' }, { replica });
    expect(refused.error).toEqual({
      code: 'INVALID_GUN',
      message: 'The server does not support actions on images of this name.',
      detail: `Require GUNs with prefix: [${host}/]`,
    });
  });

  it('read only: what was published is served, and nothing is published', async () => {
    const gun = newGun();
    const owner = await notary.initialised(gun);
    await notary.sql.query(`INSERT INTO setting (key, value) VALUES ('read_only', 'true'::jsonb)`);
    await notary.addServer();
    const replica = notary.servers.length - 1;
    const { status, error } = await notary.publish(gun, { targets: owner.targets({}, { version: 3 }) }, { replica });
    expect([status, error.code]).toEqual([403, 'DENIED']);
    expect((await notary.file(gun, 'root.json', { replica })).status).toBe(200);
    await notary.sql.query(`DELETE FROM setting WHERE key = 'read_only'`);
  });
});

describe('the end of trust data', () => {
  it('takes every file and what is signed, and the changefeed tells', async () => {
    const gun = newGun();
    await notary.initialised(gun);
    const root = (await notary.file(gun, 'root.json')).text;
    const remove = () => notary.ask('DELETE', `/v2/${gun}/_trust/tuf/`, { may: ['*'] });
    const answer = await remove();
    expect([answer.status, answer.text]).toEqual([200, '']);
    for (const name of ['root.json', '1.root.json', `root.${hash('sha256', root, 'hex')}.json`])
      expect((await notary.file(gun, name)).status).toBe(404);
    expect((await notary.sql.query('SELECT 1 FROM trust_target WHERE gun = $1', [gun])).rowCount).toBe(0);
    expect(
      (await changes(gun)).records.map(({ Category, Version, SHA256 }) => [Category, Version, SHA256 !== '']),
    ).toEqual([
      ['update', 1, true],
      ['deletion', 0, false],
    ]);
    // Once more is as well, and nothing new.
    expect((await remove()).status).toBe(200);
    expect((await changes(gun)).count).toBe(2);
    // The keys stay with the signer: who starts again begins at 1.
    await notary.initialised(gun);
    expect(await notary.versions(gun, 'timestamp')).toEqual([1]);
  });
});

describe('the changefeed', () => {
  const gun = newGun();
  let ids: string[];
  const ask = async (query: string, path = `/v2/${gun}/_trust/changefeed`) => {
    const token = await notary.token([
      { type: 'repository', name: gun, actions: ['pull'] },
      { type: 'registry', name: 'catalog', actions: ['*'] },
    ]);
    const { status, text, error } = await notary.ask('GET', `${path}?${query}`, { token });
    const body = JSON.parse(text) as { count: number; records?: { ID: string; GUN: string }[] };
    return { status, error, count: body.count, ids: body.records?.map(({ ID }) => ID), records: body.records };
  };
  beforeAll(async () => {
    const owner = await notary.initialised(gun);
    for (const version of [3, 4, 5]) await notary.publish(gun, { targets: owner.targets({}, { version }) });
    ids = (await ask('records=100')).ids!;
  });

  it('tells oldest first, from any id on', async () => {
    expect(ids).toHaveLength(4);
    expect((await ask(`records=2`)).ids).toEqual(ids.slice(0, 2));
    expect((await ask(`records=0&change_id=${ids[1]}`)).ids).toEqual(ids.slice(2));
    expect((await ask(`records=-2`)).ids).toEqual(ids.slice(2));
    expect((await ask(`records=2&change_id=-1`)).ids).toEqual(ids.slice(2));
    expect((await ask(`records=-1&change_id=${ids[2]}`)).ids).toEqual([ids[1]]);
    expect(await ask(`records=5&change_id=${ids[3]}`)).toMatchObject({ count: 0, ids: [] });
  });

  it('has the shape that Notary gives it', async () => {
    const timestamp = await notary.file(gun, 'timestamp.json');
    expect((await ask('records=-1')).records).toEqual([
      {
        ID: ids[3],
        CreatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        GUN: gun,
        Version: 4,
        SHA256: hash('sha256', timestamp.text, 'hex'),
        Category: 'update',
      },
    ]);
  });

  it('of all repositories', async () => {
    const { records } = await ask('records=1000', '/v2/_trust/changefeed');
    expect(new Set(records!.map(({ GUN }) => GUN)).size).toBeGreaterThan(1);
  });

  it.each(['', 'records=', 'records=many', 'records=1&change_id=x', 'records=1&records=2'])(
    'refuses %p',
    async (query) => {
      const { status, error } = await ask(query);
      expect([status, error.code]).toEqual([400, 'INVALID_PARAMETERS']);
    },
  );
});

describe('what has expired', () => {
  const verified = async (gun: string): Promise<{ snapshot: number; timestamp: number }> => {
    const root = parseRoot(parseEnvelope(bytesOf(await notary.file(gun, 'root.json'))));
    const timestamp = parseTimestamp(parseEnvelope(bytesOf(await notary.file(gun, 'timestamp.json'))));
    const bytes = bytesOf(await notary.file(gun, 'snapshot.json'));
    const snapshot = parseSnapshot(parseEnvelope(bytes));
    requireThreshold(timestamp, baseRoleKeys(root, 'timestamp'));
    if (snapshot.signed.version > 1) requireThreshold(snapshot, baseRoleKeys(root, 'snapshot'));
    expect(timestamp.signed.meta.snapshot!.hashes.sha256).toBe(hash('sha256', bytes, 'base64'));
    for (const { signed } of [timestamp, snapshot]) expect(signed.expires.getTime()).toBeGreaterThan(Date.now());
    return { snapshot: snapshot.signed.version, timestamp: timestamp.signed.version };
  };

  it.each(['timestamp.json', 'snapshot.json'])(
    'is signed anew once, when 100 ask two replicas for %s at once',
    async (name) => {
      const gun = newGun();
      await notary.initialised(gun);
      await age(gun, { snapshot: yesterday, timestamp: yesterday });
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, index) => notary.file(gun, name, { replica: index % 2 })),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      expect(await notary.versions(gun, 'timestamp')).toEqual([1, 2]);
      expect(await notary.versions(gun, 'snapshot')).toEqual([1, 2]);
      expect(await verified(gun)).toEqual({ snapshot: 2, timestamp: 2 });
      expect((await changes(gun)).count).toBe(2);
    },
  );

  it('a timestamp alone leaves the snapshot as it is, and a fresh one is not touched', async () => {
    const gun = newGun();
    await notary.initialised(gun);
    await age(gun, { timestamp: yesterday });
    expect(await verified(gun)).toEqual({ snapshot: 1, timestamp: 2 });
    const before = (await notary.file(gun, 'timestamp.json')).text;
    expect((await notary.file(gun, 'timestamp.json', { replica: 1 })).text).toBe(before);
  });

  it('is served as it is under its checksum and version, and root and targets stay', async () => {
    const gun = newGun();
    await notary.initialised(gun);
    await age(gun, { timestamp: yesterday });
    expect((await notary.file(gun, '1.timestamp.json')).text).toContain(yesterday);
    expect((await notary.file(gun, 'targets.json')).status).toBe(200);
    expect(await notary.versions(gun, 'timestamp')).toEqual([1]);
  });

  it('a snapshot whose key its owner holds is not there any more', async () => {
    const gun = newGun();
    const [owner, mine] = [new TrustOwner(gun), makeTrustKey()];
    const files = {
      root: owner.root({ snapshot: mine.key, timestamp: await notary.key(gun, 'timestamp') }),
      targets: owner.targets({ v1: targetOf('1') }),
    };
    const made = nextSnapshot(undefined, new Map(Object.entries(files)), new Date());
    await notary.publish(gun, {
      ...files,
      snapshot: signedBy([mine], { ...made, expires: new Date(Date.now() + 400).toISOString() }),
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { status, error } = await notary.file(gun, 'timestamp.json');
    expect([status, error.code]).toEqual([404, 'METADATA_NOT_FOUND']);
  });

  it('in some hours is signed anew in the background, and what only its owner can sign is left', async () => {
    const [gun, held] = [newGun(), newGun()];
    await notary.initialised(gun);
    await age(gun, { timestamp: soon });
    const [owner, mine] = [new TrustOwner(held), makeTrustKey()];
    const files = {
      root: owner.root({ snapshot: mine.key, timestamp: await notary.key(held, 'timestamp') }),
      targets: owner.targets({}),
    };
    const made = nextSnapshot(undefined, new Map(Object.entries(files)), new Date());
    await notary.publish(held, { ...files, snapshot: signedBy([mine], { ...made, expires: soon }) });
    const rounds = notary.servers.slice(0, 2).map((server) => server.get(BackgroundRefresh, { strict: false }));
    await Promise.all(rounds.map((one) => one.round()));
    expect(await notary.versions(gun, 'timestamp')).toEqual([1, 2]);
    expect(await notary.versions(held, 'timestamp')).toEqual([1]);
    expect((await notary.file(held, 'timestamp.json')).status).toBe(200);
    expect(await verified(gun)).toEqual({ snapshot: 1, timestamp: 2 });
    const port = notary.servers[0]!.get(MetricsServer, { strict: false }).port!;
    const { names, value } = await scrape(port);
    expect(names).toEqual(metricNamesOf('notary-server'));
    expect(value('breakwater_trust_refreshes_total', { result: 'unsignable' })).toBeGreaterThan(0);
    expect(value('notary_server_http_requests_total', { operation: 'GetRole', code: '200' })).toBeGreaterThan(0);
  });
});

/** Last: nobody signs afterwards. */
describe('while the signer is away', () => {
  it('health says so, what needs it is told to come back, and the rest goes on', async () => {
    const [gun, expired] = [newGun(), newGun()];
    const owner = await notary.initialised(gun);
    await notary.initialised(expired);
    await age(expired, { timestamp: yesterday });
    expect(await notary.ask('GET', '/_notary_server/health')).toMatchObject({ status: 200, text: '{}' });
    await notary.signer.stop();

    const health = await notary.ask('GET', '/_notary_server/health');
    expect([health.status, JSON.parse(health.text)]).toEqual([
      503,
      { 'Trust operational': 'the signer of trust data does not answer, try again shortly' },
    ]);
    expect((await notary.ask('GET', '/readyz')).status).toBe(200);
    const refusals = [
      await notary.publish(gun, { targets: owner.targets({}, { version: 3 }) }),
      await notary.file(expired, 'timestamp.json'),
      await notary.ask('GET', `/v2/${gun}/_trust/tuf/timestamp.key`, { may: ['*'] }),
    ];
    for (const { status, headers, error } of refusals) {
      expect([status, headers.get('retry-after')]).toEqual([503, '5']);
      expect(error).toEqual({
        code: 'UNAVAILABLE',
        message: 'the signer of trust data does not answer, try again shortly',
        reason: 'signer.unreachable',
      });
    }
    expect(await notary.versions(gun, 'targets')).toEqual([2]);
    for (const name of ['root.json', 'timestamp.json']) expect((await notary.file(gun, name)).status).toBe(200);
  });
});
