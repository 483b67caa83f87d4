import { TrustPoliciesService } from '@breakwater/trust-policies';
import { makeKeyPair, makeRoot, TestSigstore, toPem } from '@breakwater/testing/signing';
import { AuditReader } from '../testing/audit-reader';
import { startTestCore, type Answer, type TestCore } from '../testing/test-core';

let core: TestCore;
let replica: Awaited<ReturnType<TestCore['addReplica']>>;

const members = { boss: 1, dev: 2, keeper: 4, limited: 5, stranger: 0 };
const there = '/projects/signed/trust-policy';
const materials = `${there}/materials`;

beforeAll(async () => {
  core = await startTestCore();
  replica = await core.addReplica();
  await core.createProject('signed');
  for (const [name, role] of Object.entries(members)) {
    await core.createUser(name);
    if (role) await core.addMember('signed', name, role);
  }
});
afterAll(() => core.close());

const send = (method: string, path: string, body?: unknown, as = 'boss') => core.request(method, path, { as, body });
const rootPem = (name: string) => toPem(makeRoot(`C=DE, ST=BE, O=acme, CN=${name}`).der);
const keyPem = () => makeKeyPair('p256').publicKey.export({ type: 'spki', format: 'pem' }).toString();
const problemOf = ({ body }: Answer) => (body as { errors: { code: string; message: string }[] }).errors[0];

/** Ids of what was made of the file. */
async function upload(kind: string, name: string, content: string): Promise<number[]> {
  const { status, body, headers } = await send('POST', materials, { kind, name, content });
  expect(status).toBe(201);
  const ids = (body as { materials: { id: number }[] }).materials.map(({ id }) => id);
  expect(headers.location).toMatch(new RegExp(`/api/v2.0/projects/\\d+/trust-policy/materials/${ids[0]}$`));
  return ids;
}

async function clear(): Promise<void> {
  await send('DELETE', there);
  for (const { id } of (await send('GET', materials)).body as { id: number }[])
    await send('DELETE', `${materials}/${id}`);
}
const events = async () =>
  (
    await core.database.query<{ payload: { version: number } }>(
      "SELECT payload FROM outbox WHERE topic = 'trust-policy.changed' ORDER BY id",
    )
  ).map(({ payload }) => payload.version);

describe('a trust policy', () => {
  afterEach(clear);

  it('is what it is at first until somebody sets it, and again when it is reset', async () => {
    await core.createProject('fresh');
    const fresh = '/projects/fresh/trust-policy';
    const { body: first } = await send('GET', fresh, undefined, 'admin');
    expect(first).toMatchObject({
      ...{
        version: 0,
        systems: null,
        signers: [],
        pull: 'allow',
        push: 'allow',
        signed_tags: 'replaceable',
        quarantine: null,
      },
      notation: { level: 'strict', identities: ['*'] },
      cosign: { trusted_root: 'public-good', identities: [] },
    });
    const set = await send('PUT', fresh, { pull: 'block', systems: ['notation'] }, 'admin');
    expect(set).toMatchObject({ status: 200, body: { version: 1, pull: 'block', systems: ['notation'] } });
    expect((await send('GET', fresh, undefined, 'admin')).body).toEqual(set.body);
    expect((await send('DELETE', fresh, undefined, 'admin')).status).toBe(200);
    expect((await send('GET', fresh, undefined, 'admin')).body).toEqual({ ...(first as object), version: 2 });
  });

  it('is changed by who saw it as it is, where a version is given', async () => {
    const { version } = (await send('PUT', there, {})).body as { version: number };
    expect((await send('PUT', there, { version, pull: 'block' })).body).toMatchObject({ version: version + 1 });
    const late = await send('PUT', there, { version, pull: 'allow' });
    expect(late.status).toBe(409);
    expect(problemOf(late)?.message).toContain(`at version ${version + 1}, not ${version}`);
    expect((await send('GET', there)).body).toMatchObject({ pull: 'block' });
  });

  it('is refused as a whole, with what was expected', async () => {
    const signer = { name: 'tester', system: 'notation', trusted_by: ['ca:test'] };
    const refused = await send('PUT', there, { signers: [signer], pull: 'block' });
    expect(refused.status).toBe(400);
    expect(problemOf(refused)?.message).toContain('signer "tester": there is no store of certificates "ca:test"');
    expect((await send('PUT', there, { signer: [signer] })).status).toBe(422);
    expect((await send('PUT', there, { pull: 'perhaps' })).status).toBe(422);
    expect((await send('GET', there)).body).toMatchObject({ pull: 'allow', signers: [] });
  });

  it('is raised by every change, one after the other, and tells of each', async () => {
    const before = ((await send('PUT', there, {})).body as { version: number }).version;
    await core.database.query("DELETE FROM outbox WHERE topic = 'trust-policy.changed'");
    const changes = [
      ...Array.from({ length: 4 }, (_, n) => send('PUT', there, { quarantine: { days: n + 1 } })),
      ...Array.from({ length: 4 }, (_, n) =>
        send('POST', materials, { kind: 'ca', name: 'c', content: rootPem(`${n}`) }),
      ),
    ];
    expect((await Promise.all(changes)).map(({ status }) => status).sort()).toEqual([
      ...Array(4).fill(200),
      ...Array(4).fill(201),
    ]);
    expect((await send('GET', there)).body).toMatchObject({ version: before + 8 });
    expect(await events()).toEqual(Array.from({ length: 8 }, (_, n) => before + n + 1));
    await send('PUT', there, { systems: ['notary'], push: 'block' });
    expect((await events()).at(-1)).toBe(before + 8);
  });

  it('is in force with what the metadata says, on every replica at once, and asked for once', async () => {
    const policies = replica.app.get(TrustPoliciesService, { strict: false });
    const { body: project } = await send('GET', '/projects/signed');
    const { project_id: id } = project as { project_id: number };
    expect(await policies.ofProject(id)).toMatchObject({ pull: 'allow', systems: ['notary', 'notation', 'cosign'] });
    expect(await policies.ofProject(id)).toBe(await policies.ofProject(id));
    const set = async (name: string, value: string) =>
      expect((await send('PUT', '/projects/signed', { metadata: { [name]: value } })).status).toBe(200);
    await set('enable_content_trust', 'true');
    expect(await policies.ofProject(id)).toMatchObject({ pull: 'block', systems: ['notary', 'notation'] });
    await send('PUT', there, { systems: ['notation'], push: 'block' });
    expect(await policies.ofProject(id)).toMatchObject({ pull: 'block', push: 'block', systems: ['notation'] });
    const [key = 0] = await upload('cosignKey', 'release', keyPem());
    expect((await policies.ofProject(id)).cosign.keys).toHaveLength(1);
    await send('DELETE', `${materials}/${key}`);
    expect((await policies.ofProject(id)).cosign.keys).toEqual([]);
    expect((await send('DELETE', '/projects/signed/metadatas/enable_content_trust')).status).toBe(200);
    expect(await policies.ofProject(id)).toMatchObject({ pull: 'allow', push: 'block' });
    await expect(policies.ofProject(987_654)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is explained', async () => {
    await send('PUT', '/projects/signed', { metadata: { enable_content_trust_cosign: 'true' } });
    await send('PUT', there, { quarantine: { days: 7 } });
    expect((await send('GET', `${there}/effective`, undefined, 'limited')).body).toEqual({
      version: expect.any(Number) as number,
      systems: ['cosign'],
      requirements: [{ systems: ['cosign'], because: 'enable_content_trust_cosign' }],
      ...{ signers: [], pull: 'block', push: 'allow', signed_tags: 'replaceable', quarantine: { days: 7 } },
      reasons: [
        { because: 'enable_content_trust_cosign', effect: 'pull is blocked for what has no valid signature by Cosign' },
        { because: 'policy', effect: 'what is pushed is for pushers alone until it is signed, at most 7 days' },
      ],
      warnings: ['nothing can be valid by Cosign: upload a certificate or a key, or name an identity'],
    });
    const { body: metadata } = await send('GET', '/projects/signed/metadatas/enable_content_trust_cosign');
    expect(metadata).toEqual({ enable_content_trust_cosign: 'true' });
    await send('PUT', '/projects/signed', { metadata: { enable_content_trust_cosign: 'false' } });
  });
});

describe('certificates and keys', () => {
  afterEach(clear);

  it('are uploaded, several at once, listed and deleted', async () => {
    const [one, two] = [rootPem('one'), rootPem('two')];
    const ids = await upload('ca', 'acme', one + two);
    const [clock = 0] = await upload('tsa', 'clock', one);
    const { body: listed } = await send('GET', materials, undefined, 'limited');
    expect(listed).toMatchObject([
      { id: ids[0], kind: 'ca', name: 'acme', certificate: { subject: 'C=DE, ST=BE, O=acme, CN=one' }, warnings: [] },
      { id: ids[1], kind: 'ca', name: 'acme', algorithm: 'ECDSA P-256', signers: [] },
      { id: clock, kind: 'tsa', name: 'clock' },
    ]);
    expect((await send('GET', `${materials}/${ids[1]}`)).body).toMatchObject({ id: ids[1], content: two });
    for (const id of [...ids, clock]) expect((await send('DELETE', `${materials}/${id}`)).status).toBe(200);
    expect((await send('GET', materials)).body).toEqual([]);
    expect((await send('DELETE', `${materials}/${clock}`)).status).toBe(404);
    expect((await send('GET', `${materials}/${clock}`)).status).toBe(404);
  });

  it('are there once, under one name', async () => {
    const [pem, key] = [rootPem('one'), keyPem()];
    await upload('ca', 'dev', pem);
    await upload('cosignKey', 'release', key);
    const twice = await send('POST', materials, { kind: 'ca', name: 'test', content: rootPem('two') + pem });
    expect(twice.status).toBe(409);
    expect(problemOf(twice)?.message).toBe('C=DE, ST=BE, O=acme, CN=one is there already, under the name dev (ca)');
    expect((await send('POST', materials, { kind: 'cosignKey', name: 'other', content: key })).status).toBe(409);
    expect((await send('POST', materials, { kind: 'cosignKey', name: 'release', content: keyPem() })).status).toBe(409);
    expect((await send('GET', materials)).body).toHaveLength(2);
  });

  it('cannot be taken from a required signer, but be followed by others', async () => {
    const [old = 0] = await upload('ca', 'release', rootPem('old'));
    const signers = [{ name: 'releaser', system: 'notation', trusted_by: ['ca:release'] }];
    expect((await send('PUT', there, { signers })).status).toBe(200);
    const refused = await send('DELETE', `${materials}/${old}`);
    expect(refused.status).toBe(412);
    expect(problemOf(refused)).toMatchObject({
      code: 'PRECONDITION',
      message: expect.stringContaining('the required signer "releaser" goes by ca:release') as string,
    });
    await upload('ca', 'release', rootPem('new'));
    expect((await send('DELETE', `${materials}/${old}`)).status).toBe(200);
    expect((await send('GET', materials)).body).toMatchObject([{ signers: ['releaser'] }]);
  });

  it('have one trusted root, which a newer one follows while it is believed', async () => {
    const root = () => JSON.stringify(new TestSigstore().trustedRoot);
    expect((await send('PUT', there, { cosign: { trusted_root: 'uploaded' } })).status).toBe(400);
    const [first] = await upload('sigstoreRoot', 'own', root());
    expect((await send('PUT', there, { cosign: { trusted_root: 'uploaded' } })).status).toBe(200);
    const newer = root();
    const [second] = await upload('sigstoreRoot', 'own', newer);
    const { body } = await send('GET', materials);
    expect(body).toEqual([expect.not.objectContaining({ content: newer })]);
    expect(body).toMatchObject([{ id: second }]);
    expect((await send('GET', `${materials}/${second}`)).body).toMatchObject({ content: newer });
    expect((await send('GET', `${materials}/${first}`)).status).toBe(404);
    expect((await send('DELETE', `${materials}/${second}`)).status).toBe(412);
  });

  it('are never private, and say what else they should have been', async () => {
    const secret = makeKeyPair('p256').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const refused = await send('POST', materials, { kind: 'cosignKey', name: 'x', content: secret });
    expect(refused.status).toBe(400);
    expect(problemOf(refused)?.message).toContain('it holds a private key');
    expect(JSON.stringify(refused.body)).not.toContain(secret.slice(40, 80));
    expect((await send('POST', materials, { kind: 'ca', name: 'x', content: keyPem() })).status).toBe(400);
    expect((await send('POST', materials, { kind: 'other', name: 'x', content: 'x' })).status).toBe(422);
    expect((await send('POST', materials, { kind: 'ca', name: 'a:b', content: rootPem('x') })).status).toBe(422);
    expect((await send('GET', materials)).body).toEqual([]);
  });

  it('of another project are not there, and go with their project', async () => {
    const [id] = await upload('ca', 'mine', rootPem('mine'));
    await core.createProject('short');
    const short = '/projects/short/trust-policy/materials';
    expect((await send('GET', `${short}/${id}`, undefined, 'admin')).status).toBe(404);
    expect((await send('DELETE', `${short}/${id}`, undefined, 'admin')).status).toBe(404);
    const file = { kind: 'ca', name: 'theirs', content: rootPem('theirs') };
    expect((await send('POST', short, file, 'admin')).status).toBe(201);
    expect((await send('DELETE', '/projects/short', undefined, 'admin')).status).toBe(200);
    const left = await core.database.query("SELECT FROM trust_material WHERE name = 'theirs'");
    expect(left).toEqual([]);
  });
});

describe('who may', () => {
  const calls = [
    ['PUT', there, {}],
    ['DELETE', there],
    ['POST', materials, { kind: 'ca', name: 'x', content: 'x' }],
    ['DELETE', `${materials}/1`],
  ] as const;

  it.each([
    ['keeper', 200, 403],
    ['dev', 200, 403],
    ['limited', 200, 403],
    ['stranger', 403, 403],
    [undefined, 401, 401],
  ])('%s is answered %i, and for changes %i', async (as, read, change) => {
    for (const path of [there, `${there}/effective`, materials])
      expect((await core.request('GET', path, { as })).status).toBe(read);
    for (const [method, path, body] of calls)
      expect((await core.request(method, path, { as, body })).status).toBe(change);
  });

  it('did it, is in the audit log', async () => {
    const audit = new AuditReader(core);
    const line = 'boss update trust_policy signed';
    expect(await audit.after(() => send('PUT', there, {}), 200)).toEqual([line]);
    const file = { kind: 'ca', name: 'acme', content: rootPem('audited') };
    expect(await audit.after(() => send('POST', materials, file), 201)).toEqual([line]);
    const described = await core.database.query<{ text: string }>(
      'SELECT operation_description AS text FROM audit_log',
    );
    expect(described).toEqual([{ text: 'trust policy of signed: added ca:acme' }]);
    const wrong = { cosign: { trusted_root: 'uploaded' } };
    expect(await audit.after(() => send('PUT', there, wrong), 400)).toEqual([`${line} failed`]);
    await clear();
  });
});
