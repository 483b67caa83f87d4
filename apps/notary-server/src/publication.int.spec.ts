import { makeRootKey, makeTrustKey, signedBy, targetOf, TrustOwner } from '@breakwater/testing';
import {
  canonicalKeyIdOf,
  nextSnapshot,
  parseEnvelope,
  parseRoot,
  parseSnapshot,
  parseTimestamp,
} from '@breakwater/tuf';
import { hash } from 'node:crypto';
import { formOf, NotaryUnderTest } from './testing/notary-under-test';

let notary: NotaryUnderTest;
let serial = 0;

beforeAll(async () => {
  notary = await NotaryUnderTest.start();
});
afterAll(() => notary?.stop());

const host = 'registry.example.com';
const newGun = (): string => `${host}/library/app-${++serial}`;
const serverKeys = async (gun: string) => ({
  snapshot: await notary.key(gun, 'snapshot'),
  timestamp: await notary.key(gun, 'timestamp'),
});
const current = async (gun: string, role: string) =>
  parseEnvelope(Buffer.from((await notary.file(gun, `${role}.json`)).text));

describe('the first publication', () => {
  it('is answered with nothing, and then read as it was sent, by role, checksum and version', async () => {
    const gun = newGun();
    const owner = new TrustOwner(gun);
    const files = { root: owner.root(await serverKeys(gun)), targets: owner.targets({ v1: targetOf('one') }) };
    const answer = await notary.publish(gun, files);
    expect([answer.status, answer.text, answer.headers.get('content-length')]).toEqual([200, '', '0']);
    for (const [role, bytes] of Object.entries(files)) {
      const sha256 = hash('sha256', bytes, 'hex');
      const { version } = parseEnvelope(bytes);
      for (const name of [role, `${role}.${sha256}`, `${role}.${sha256.toUpperCase()}`, `${version}.${role}`]) {
        const { status, text } = await notary.file(gun, `${name}.json`);
        expect([name, status, text === bytes.toString()]).toEqual([name, 200, true]);
      }
    }
    const snapshot = parseSnapshot(await current(gun, 'snapshot'));
    expect(snapshot.signed.version).toBe(1);
    expect(snapshot.signed.meta.targets?.hashes.sha256).toBe(hash('sha256', files.targets, 'base64'));
    expect(parseTimestamp(await current(gun, 'timestamp')).signed.version).toBe(1);
  });

  it('may bring a snapshot of the owner', async () => {
    const gun = newGun();
    const [owner, mine] = [new TrustOwner(gun), makeTrustKey()];
    const files = {
      root: owner.root({ snapshot: mine.key, timestamp: await notary.key(gun, 'timestamp') }),
      targets: owner.targets({}),
    };
    const refused = await notary.publish(gun, files);
    expect(refused.error).toMatchObject({
      code: 'INVALID_UPDATE',
      detail: {
        Name: 'ErrBadHierarchy',
        Error: {
          Missing: 'snapshot',
          Msg: 'no snapshot was included in update and server does not hold current snapshot key for repository',
        },
      },
    });
    const snapshot = signedBy([mine], {
      ...nextSnapshot(undefined, new Map(Object.entries(files)), new Date()),
      version: 2,
    });
    expect((await notary.publish(gun, { ...files, snapshot })).status).toBe(200);
    expect((await notary.file(gun, 'snapshot.json')).text).toBe(snapshot.toString());
  });

  it('cannot name a timestamp key that the server does not hold', async () => {
    const gun = newGun();
    const owner = new TrustOwner(gun);
    const root = owner.root({ snapshot: await notary.key(gun, 'snapshot'), timestamp: makeTrustKey().key });
    expect((await notary.publish(gun, { root, targets: owner.targets({}) })).error).toMatchObject({
      code: 'INVALID_UPDATE',
      detail: { Name: 'ErrBadRoot', Error: { Msg: 'no  timestamp keys exist on the server' } },
    });
    // Nor one that it holds for another repository.
    const other = await notary.key(newGun(), 'timestamp');
    const borrowed = owner.root({ snapshot: await notary.key(gun, 'snapshot'), timestamp: other });
    expect((await notary.publish(gun, { root: borrowed, targets: owner.targets({}) })).status).toBe(400);
    expect(await notary.versions(gun, 'root')).toEqual([]);
  });
});

describe('what is refused, and how', () => {
  const sent = (body: FormData | string, headers: Record<string, string> = {}) =>
    notary.ask('POST', `/v2/${host}/library/refused/_trust/tuf/`, { may: ['push', 'pull'], body, headers });

  it.each([
    ['no multipart body', 'x', { 'content-type': 'application/json' }, 'MALFORMED_UPLOAD'],
    ['multipart without a boundary', 'x', { 'content-type': 'multipart/form-data' }, 'MALFORMED_UPLOAD'],
    [
      'a body that breaks off',
      '--b\r\nContent-Disposition: form-data; name="files"; filename="root"\r\n\r\n{',
      { 'content-type': 'multipart/form-data; boundary=b' },
      'MALFORMED_UPLOAD',
    ],
    [
      'a part without a file name',
      '--b\r\nContent-Disposition: form-data; name="files"\r\n\r\n{}\r\n--b--\r\n',
      { 'content-type': 'multipart/form-data; boundary=b' },
      'NO_FILENAME',
    ],
    [
      'an empty file name',
      '--b\r\nContent-Disposition: form-data; name="files"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n{}\r\n--b--\r\n',
      { 'content-type': 'multipart/form-data; boundary=b' },
      'NO_FILENAME',
    ],
  ])('%s', async (_what, body, headers, code) => {
    const answer = await sent(body, headers);
    expect([answer.status, answer.error.code]).toEqual([400, code]);
    expect(answer.text.endsWith('}\n')).toBe(true);
    expect(answer.headers.get('cache-control')).toBeNull();
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  it.each([
    ['foo', 'INVALID_ROLE', 'foo'],
    ['timestamp', 'INVALID_ROLE', 'timestamp'],
    ['releases', 'INVALID_ROLE', 'releases'],
    ['targets/Upper', 'INVALID_ROLE', 'targets/Upper'],
  ])('a file called %s', async (name, code, detail) => {
    expect((await sent(formOf({ [name]: '{}' }))).error).toMatchObject({ code, detail });
  });

  it.each([
    '',
    '{',
    '[]',
    '{"signed":1,"signatures":[]}',
    '{"signed":{"version":"1"},"signatures":[]}',
    '{"signed":{"version":1}} trailing',
    '\xff',
  ])('content %p', async (content) => {
    const bytes = content === '\xff' ? Buffer.from([0xff]) : content;
    const { status, error } = await sent(formOf({ root: bytes }));
    expect([status, error.code]).toEqual([400, 'MALFORMED_JSON']);
  });

  it('JSON that nobody could read again', async () => {
    const deep = `{"signed":{"version":1,"x":${'['.repeat(9_000)}${']'.repeat(9_000)}},"signatures":[]}`;
    const { status, error } = await sent(formOf({ root: deep }));
    expect([status, error.code]).toEqual([400, 'INVALID_UPDATE']);
  });

  it('too much, in bytes or in files', async () => {
    const large = await sent(formOf({ root: Buffer.alloc(17 * 1024 * 1024, 32) }));
    expect([large.status, large.error.code]).toEqual([413, 'REQUEST_ENTITY_TOO_LARGE']);
    const many = Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`targets/a${index}`, '{}']));
    expect((await sent(formOf(many))).status).toBe(413);
  });

  it('the same role twice', async () => {
    const form = formOf({ root: '{"signed":{},"signatures":[]}' });
    form.append('files', new Blob(['{"signed":{},"signatures":[]}']), 'root.json');
    expect((await sent(form)).error.code).toBe('MALFORMED_UPLOAD');
  });

  it('a first publication without a root', async () => {
    const { status, error } = await sent(formOf({ targets: new TrustOwner('x').targets({}) }));
    expect(status).toBe(400);
    expect(error).toEqual({
      code: 'INVALID_UPDATE',
      message: 'Update sent by the client is invalid.',
      detail: { Name: 'ErrValidation', Error: { Msg: 'no pre-existing root and no root provided in update.' } },
    });
  });

  it('in words that fit into the kilobyte that clients read', async () => {
    const owner = new TrustOwner(`${host}/library/refused`);
    const targets = signedBy(owner.targetsKeys, {
      _type: 'x'.repeat(20_000),
      version: 1,
      [`${'k'.repeat(20_000)}`]: 1,
    });
    const root = owner.root({ snapshot: makeTrustKey().key, timestamp: makeTrustKey().key });
    const { status, text } = await sent(formOf({ root, targets }));
    expect(status).toBe(400);
    expect(text.length).toBeLessThan(1_024);
  });
});

describe('later publications', () => {
  it('of targets alone: the server makes snapshot and timestamp', async () => {
    const gun = newGun();
    const owner = await notary.initialised(gun);
    const root = (await notary.file(gun, 'root.json')).text;
    expect(
      (await notary.publish(gun, { targets: owner.targets({ v2: targetOf('two') }, { version: 3 }) })).status,
    ).toBe(200);
    const snapshot = parseSnapshot(await current(gun, 'snapshot')).signed;
    expect(snapshot.version).toBe(2);
    expect(snapshot.meta.root?.hashes.sha256).toBe(hash('sha256', root, 'base64'));
    expect(parseTimestamp(await current(gun, 'timestamp')).signed.version).toBe(2);
  });

  it('of a version that is there already are too late', async () => {
    const gun = newGun();
    const owner = await notary.initialised(gun);
    const targets = owner.targets({ v9: targetOf('nine') }, { version: 2 });
    const { status, error } = await notary.publish(gun, { targets });
    expect([status, error]).toEqual([
      400,
      { code: 'VERSION', message: 'A newer version of metadata is already available.' },
    ]);
    const root = await notary.file(gun, 'root.json');
    expect((await notary.publish(gun, { root: root.text })).error.code).toBe('VERSION');
  });

  it('keep roles with slashes in their names', async () => {
    const gun = newGun();
    const owner = await notary.initialised(gun);
    const bob = makeTrustKey();
    const delegations = ['targets/releases', 'targets/bob'].map((name) => ({ name, keys: [bob] }));
    const targets = owner.targets({ v1: targetOf('one') }, { version: 3, delegations });
    const signed = owner.targets({ v2: targetOf('two') }, { version: 1, signers: [bob] });
    const answer = await notary.publish(gun, { targets, 'targets/releases': signed, 'targets/bob.json': signed });
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect((await notary.file(gun, 'targets/releases.json')).text).toBe(signed.toString());
    expect((await notary.file(gun, `targets/bob.${hash('sha256', signed, 'hex')}.json`)).text).toBe(signed.toString());
    expect((await notary.file(gun, '1.targets/bob.json')).status).toBe(200);
    const rows = await notary.sql.query(
      'SELECT role, name, sha256, length, key_ids FROM trust_target WHERE gun = $1 ORDER BY role, name',
      [gun],
    );
    const digest = (content: string): string => hash('sha256', content, 'hex');
    expect(rows.rows).toEqual([
      {
        role: 'targets',
        name: 'v1',
        sha256: digest('one'),
        length: expect.anything(),
        key_ids: [owner.targetsKeys[0]!.id],
      },
      { role: 'targets/bob', name: 'v2', sha256: digest('two'), length: expect.anything(), key_ids: [bob.id] },
      { role: 'targets/releases', name: 'v2', sha256: digest('two'), length: expect.anything(), key_ids: [bob.id] },
    ]);
    // The signer is taken away: what is signed under that role counts no more, though the files are there.
    const without = owner.targets({ v1: targetOf('one') }, { version: 4 });
    expect((await notary.publish(gun, { targets: without })).status).toBe(200);
    const left = await notary.sql.query('SELECT role FROM trust_target WHERE gun = $1', [gun]);
    expect(left.rows).toEqual([{ role: 'targets' }]);
  });

  it('a name keeps the time of its first signature while its digest stays', async () => {
    const gun = newGun();
    const owner = await notary.initialised(gun);
    const times = async () =>
      (
        await notary.sql.query<{ name: string; signed_time: Date }>(
          'SELECT name, signed_time FROM trust_target WHERE gun = $1 ORDER BY name',
          [gun],
        )
      ).rows;
    const [first] = await times();
    await notary.publish(gun, { targets: owner.targets({ v1: targetOf('one'), v2: targetOf('two') }, { version: 3 }) });
    expect((await times())[0]).toEqual(first);
    await notary.publish(gun, { targets: owner.targets({ v1: targetOf('other') }, { version: 4 }) });
    const [moved, ...rest] = await times();
    expect(rest).toEqual([]);
    expect(moved!.signed_time.getTime()).toBeGreaterThan(first!.signed_time.getTime());
  });

  it('knows the repository when the host is one of ours', async () => {
    const guns = [newGun(), `elsewhere.example.com:5000/library/app`, 'library/plain'];
    for (const gun of guns) await notary.initialised(gun);
    const { rows } = await notary.sql.query(
      'SELECT repository FROM trust_repository WHERE gun = ANY($1) ORDER BY gun',
      [guns],
    );
    expect(rows.map(({ repository }) => repository as string)).toEqual([
      null,
      'library/plain',
      `library/app-${serial}`,
    ]);
  });
});

describe('rotation', () => {
  it('of the root: signed by both, and the old one stays readable by version', async () => {
    const gun = newGun();
    const owner = await notary.initialised(gun);
    const keys = await serverKeys(gun);
    const [old] = owner.rootKeys;
    owner.rootKeys = [makeRootKey(gun)];
    const alone = await notary.publish(gun, { root: owner.root(keys, { version: 2 }) });
    expect(alone.error.detail).toMatchObject({
      Name: 'ErrBadRoot',
      Error: { Msg: expect.stringContaining('could not rotate trust') },
    });
    const both = owner.root(keys, { version: 2, signers: [old!, ...owner.rootKeys] });
    expect((await notary.publish(gun, { root: both })).status).toBe(200);
    expect((await notary.file(gun, 'root.json')).text).toBe(both.toString());
    expect((await notary.file(gun, '1.root.json')).status).toBe(200);
    const { rows } = await notary.sql.query('SELECT root_key_ids FROM trust_repository WHERE gun = $1', [gun]);
    const { id, key } = owner.rootKeys[0]!;
    expect(rows).toEqual([{ root_key_ids: [id, canonicalKeyIdOf(key)] }]);
    const back = await notary.publish(gun, { root: owner.root(keys, { version: 1 }) });
    expect(back.error.detail).toMatchObject({
      Error: { Msg: 'Root modifications must increment the version. Current 2, new 1' },
    });
  });

  it.each(['timestamp', 'snapshot'] as const)(
    'of the server’s %s key takes effect with the next root',
    async (role) => {
      const gun = newGun();
      const owner = await notary.initialised(gun);
      const keys = await serverKeys(gun);
      const next = await notary.key(gun, role, 'POST');
      expect(next).not.toEqual(keys[role]);
      expect(await notary.key(gun, role, 'POST')).toEqual(next);
      expect(await notary.key(gun, role)).toEqual(keys[role]);
      const root = owner.root({ ...keys, [role]: next }, { version: 2 });
      expect((await notary.publish(gun, { root })).status).toBe(200);
      expect(await notary.key(gun, role)).toEqual(next);
      const [signature] = (await current(gun, role)).signatures;
      const inForce = parseRoot(await current(gun, 'root')).signed.roles[role]!.keyids;
      expect(inForce).toEqual([signature!.keyid]);
      expect(await notary.key(gun, role, 'POST')).not.toEqual(next);
    },
  );

  it('hands the snapshot over to the server', async () => {
    const gun = newGun();
    const [owner, mine] = [new TrustOwner(gun), makeTrustKey()];
    const timestamp = await notary.key(gun, 'timestamp');
    const files = { root: owner.root({ snapshot: mine.key, timestamp }), targets: owner.targets({}) };
    const snapshot = signedBy([mine], {
      ...nextSnapshot(undefined, new Map(Object.entries(files)), new Date()),
      version: 2,
    });
    await notary.publish(gun, { ...files, snapshot });
    const key = await notary.key(gun, 'snapshot', 'POST');
    expect((await notary.publish(gun, { root: owner.root({ snapshot: key, timestamp }, { version: 2 }) })).status).toBe(
      200,
    );
    expect(await notary.versions(gun, 'snapshot')).toEqual([2, 3]);
  });

  it('a rotated targets key signs nothing any more', async () => {
    const gun = newGun();
    const owner = await notary.initialised(gun);
    const old = owner.targetsKeys;
    owner.targetsKeys = [makeTrustKey()];
    const root = owner.root(await serverKeys(gun), { version: 2 });
    expect((await notary.publish(gun, { root, targets: owner.targets({}, { version: 3 }) })).status).toBe(200);
    const late = await notary.publish(gun, { targets: owner.targets({}, { version: 4, signers: old }) });
    expect(late.error.detail).toEqual({
      Name: 'ErrBadTargets',
      Error: { Msg: 'valid signatures did not meet threshold for targets' },
    });
  });
});

describe('at the same time', () => {
  it('one of those who publish the same version wins, on any replica', async () => {
    const gun = newGun();
    const owner = await notary.initialised(gun);
    await notary.addServer();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        notary.publish(
          gun,
          { targets: owner.targets({ [`v${index}`]: targetOf(`${index}`) }, { version: 3 }) },
          { replica: index % 2 },
        ),
      ),
    );
    const codes = answers.map(({ status, error }) => (status === 200 ? 'stored' : error.code)).sort();
    expect(codes).toEqual([...Array<string>(11).fill('VERSION'), 'stored']);
    expect(await notary.versions(gun, 'targets')).toEqual([2, 3]);
    expect(await notary.versions(gun, 'timestamp')).toEqual([1, 2]);
  });

  it('who reads meanwhile sees one state or the other', async () => {
    const gun = newGun();
    const owner = await notary.initialised(gun);
    let over = false;
    const reading = (async () => {
      for (; !over;) {
        const { signed } = parseTimestamp(await current(gun, 'timestamp'));
        const sha256 = Buffer.from(signed.meta.snapshot!.hashes.sha256!, 'base64').toString('hex');
        const snapshot = await notary.file(gun, `snapshot.${sha256}.json`);
        const { meta } = parseSnapshot(parseEnvelope(Buffer.from(snapshot.text))).signed;
        for (const role of ['root', 'targets']) {
          const named = Buffer.from(meta[role]!.hashes.sha256!, 'base64').toString('hex');
          expect((await notary.file(gun, `${role}.${named}.json`)).status).toBe(200);
        }
      }
    })();
    for (let version = 3; version < 13; version++)
      expect((await notary.publish(gun, { targets: owner.targets({}, { version }) })).status).toBe(200);
    over = true;
    await reading;
  });
});
