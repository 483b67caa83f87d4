import { notarySignerConfig } from '@breakwater/platform';
import { WrappingKeys } from '@breakwater/signer';
import { createTestDatabase, describeWithSoftHsm, type SoftHsm, type TestDatabase } from '@breakwater/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createPublicKey, verify } from 'node:crypto';
import { Client } from 'pg';
import { createNotarySigner } from './create-notary-signer';

const INTERNAL_SECRET = 'internal-secret-of-tests';
const content = Buffer.from('{"_type":"Timestamp"}');

interface Key {
  keyId: string;
  publicKey: string;
}

describeWithSoftHsm('keys in a token of SoftHSM', (use) => {
  let hsm: SoftHsm;
  let database: TestDatabase;
  let sql: Client;
  let app: NestFastifyApplication | undefined;

  const inToken = () => ({
    SIGNER_PKCS11_LIBRARY: hsm.library,
    SIGNER_PKCS11_TOKEN: hsm.label,
    SIGNER_PKCS11_PIN: hsm.pin,
  });

  /** One at a time: a process has one login at a token. */
  async function restart(settings: Record<string, string>): Promise<void> {
    await app?.close();
    app = undefined;
    const common = { PORT: '0', LOG_LEVEL: 'fatal', INTERNAL_SECRET, SIGNER_KEY: 'signer-key-of-tests' };
    const starting = await createNotarySigner(
      notarySignerConfig.parse({ ...common, DATABASE_URL: database.url, ...settings }),
    );
    app = starting;
    await starting.init();
  }

  async function ask(url: string, payload: object) {
    const headers = { authorization: `Harbor-Secret ${INTERNAL_SECRET}` };
    const answer = await app!.inject({ method: 'POST', url, payload, headers });
    const body = answer.json<{ signature?: string; errors?: { code: string; message: string; reason?: string }[] }>();
    return { status: answer.statusCode, body, error: body.errors?.[0] };
  }
  const create = async (gun: string): Promise<Key> =>
    (await ask('/keys', { gun, role: 'timestamp' })).body as unknown as Key;
  const sign = (gun: string, { keyId }: Key) =>
    ask('/signatures', { gun, role: 'timestamp', keyId, content: content.toString('base64') });

  async function signs(gun: string, key: Key): Promise<boolean> {
    const { status, body } = await sign(gun, key);
    if (status !== 200) throw new Error(`answered ${status} ${JSON.stringify(body)}`);
    const publicKey = createPublicKey({ key: Buffer.from(key.publicKey, 'base64'), format: 'der', type: 'spki' });
    return verify(
      'sha256',
      content,
      { key: publicKey, dsaEncoding: 'ieee-p1363' },
      Buffer.from(body.signature!, 'base64'),
    );
  }
  const ready = async () => (await app!.inject({ url: '/readyz' })).statusCode;

  beforeAll(async () => {
    hsm = use();
    await hsm.useHere();
    database = await createTestDatabase();
    sql = new Client({ connectionString: database.url });
    await sql.connect();
  });
  beforeEach(() => restart(inToken()));
  afterAll(async () => {
    await app?.close();
    await sql?.end();
    await database?.drop();
  });

  it('are made and used there, and their rows say where', async () => {
    const key = await create('host/made');
    expect(await signs('host/made', key)).toBe(true);
    const { rows } = await sql.query('SELECT token, sealed_key, wrapping_key_id FROM signer_key WHERE key_id = $1', [
      key.keyId,
    ]);
    expect(rows).toEqual([{ token: hsm.label, sealed_key: null, wrapping_key_id: null }]);
    await restart(inToken());
    expect(await signs('host/made', key)).toBe(true);
    expect(await ready()).toBe(200);
  });

  it('are made once for all who ask at once, and sign for all of them', async () => {
    const before = hsm.objects;
    const keys = await Promise.all(Array.from({ length: 8 }, () => create('host/many')));
    expect(new Set(keys.map(({ keyId }) => keyId)).size).toBe(1);
    expect(hsm.objects).toBe(before + 1);
    const signatures = await Promise.all(Array.from({ length: 40 }, () => signs('host/many', keys[0]!)));
    expect(signatures).not.toContain(false);
  });

  it('are made beside sealed ones, which go on: a key that waited is handed to nobody else', async () => {
    await restart({});
    const [used, waiting] = [await create('host/mixed'), await create('host/waiting')];
    expect(await signs('host/mixed', used)).toBe(true);
    await restart(inToken());
    const [next, another] = [await create('host/mixed'), await create('host/waiting')];
    expect(another.keyId).not.toBe(waiting.keyId);
    for (const [gun, key] of [
      ['host/mixed', used],
      ['host/mixed', next],
      ['host/waiting', waiting],
    ] as const)
      expect(await signs(gun, key)).toBe(true);
    await app!.get(WrappingKeys, { strict: false }).rotate();
    for (const key of [used, next]) expect(await signs('host/mixed', key)).toBe(true);
  });

  it('are not replaced by sealed ones when the signer is told of no token: it says so, and is not ready', async () => {
    const key = await create('host/none');
    await restart({});
    expect(await ready()).toBe(503);
    expect(await sign('host/none', key)).toMatchObject({
      status: 503,
      error: {
        reason: 'signer.token-elsewhere',
        message: `the signer has keys in the token "${hsm.label}", and SIGNER_PKCS11_LIBRARY is not set`,
      },
    });
  });

  it('are refused with a wrong PIN: the signer is up, not ready, and makes none elsewhere', async () => {
    await restart({ ...inToken(), SIGNER_PKCS11_PIN: 'wrong-pin' });
    const { body } = await app!.inject({ url: '/readyz' });
    expect(body).toContain('does not take the PIN');
    expect(body).not.toContain('wrong-pin');
    expect(await ask('/keys', { gun: 'host/refused', role: 'timestamp' })).toMatchObject({
      status: 503,
      error: { code: 'UNAVAILABLE', reason: 'signer.token-refused' },
    });
    const { rows } = await sql.query(`SELECT 1 FROM signer_key WHERE gun = 'host/refused'`);
    expect(rows).toEqual([]);
  });

  it('are away with their token, sealed ones go on, and all is well when it is back', async () => {
    await restart({});
    const sealed = await create('host/sealed');
    await restart(inToken());
    const key = await create('host/away');
    expect(await signs('host/away', key)).toBe(true);
    hsm.pullOut();
    expect(await sign('host/away', key)).toMatchObject({ status: 503, error: { reason: 'signer.token-away' } });
    expect(await ready()).toBe(503);
    expect(await ask('/keys', { gun: 'host/new', role: 'timestamp' })).toMatchObject({ status: 503 });
    expect(await signs('host/sealed', sealed)).toBe(true);
    hsm.putBack();
    for (const deadline = Date.now() + 10_000; (await ready()) !== 200 && Date.now() < deadline;)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await signs('host/away', key)).toBe(true);
  });

  it('are deleted in the token when they are removed, and stay while it is away', async () => {
    const before = hsm.objects;
    const key = await create('host/removed');
    expect(await signs('host/removed', key)).toBe(true);
    expect(hsm.objects).toBe(before + 1);
    const rows = async () => (await sql.query(`SELECT 1 FROM signer_key WHERE gun = 'host/removed'`)).rowCount;
    const remove = () => {
      const anHourAhead = new Date(Date.now() + 3_600_000).toISOString();
      return ask('/keys/remove', { gun: 'host/removed', keep: [], before: anHourAhead, used: true });
    };
    hsm.pullOut();
    expect(await sign('host/removed', key)).toMatchObject({ status: 503 });
    expect(await remove()).toMatchObject({ status: 503, error: { reason: 'signer.token-away' } });
    hsm.putBack();
    expect([hsm.objects, await rows()]).toEqual([before + 1, 1]);
    for (const deadline = Date.now() + 10_000; (await ready()) !== 200 && Date.now() < deadline;)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await remove()).toMatchObject({
      status: 200,
      body: { keys: [{ keyId: key.keyId, gun: 'host/removed', role: 'timestamp' }] },
    });
    expect([hsm.objects, await rows()]).toEqual([before, 0]);
    expect((await sign('host/removed', key)).status).toBe(404);
  });

  it('are not left behind in the token when their row cannot be written', async () => {
    const before = hsm.objects;
    await sql.query(`ALTER TABLE signer_key ADD CONSTRAINT no_more CHECK (gun <> 'host/unwritten')`);
    expect((await ask('/keys', { gun: 'host/unwritten', role: 'timestamp' })).status).toBe(500);
    await sql.query('ALTER TABLE signer_key DROP CONSTRAINT no_more');
    expect(hsm.objects).toBe(before);
  });

  it('are missed after a reset of the token, by the self check too', async () => {
    const key = await create('host/reset');
    expect(await signs('host/reset', key)).toBe(true);
    hsm.reset();
    expect(await sign('host/reset', key)).toMatchObject({ status: 503, error: { reason: 'signer.token-missing' } });
    await restart(inToken());
    expect((await app!.inject({ url: '/readyz' })).body).toContain('holds no key');
    const made = await create('host/after-reset');
    expect(await signs('host/after-reset', made)).toBe(true);
  });
});

it.each([
  { SIGNER_PKCS11_LIBRARY: '/x.so' },
  { SIGNER_PKCS11_LIBRARY: '/x.so', SIGNER_PKCS11_TOKEN: 'label' },
  { SIGNER_PKCS11_PIN: '1234' },
])('half a token is refused: %j', (settings) => {
  const rest = { PORT: '0', INTERNAL_SECRET, SIGNER_KEY: 'signer-key-of-tests', DATABASE_URL: 'postgres://x/y' };
  expect(() => notarySignerConfig.parse({ ...rest, ...settings })).toThrow('all together, or none of them');
});
