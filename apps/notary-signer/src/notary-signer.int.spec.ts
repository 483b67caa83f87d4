import { metricNamesOf, MetricsServer, notarySignerConfig } from '@breakwater/platform';
import { WrappingKeys } from '@breakwater/signer';
import { createTestDatabase, scrape, type TestDatabase } from '@breakwater/testing';
import { keyIdOf, publicKeyOf } from '@breakwater/tuf';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createPublicKey, verify } from 'node:crypto';
import { Client } from 'pg';
import { createNotarySigner } from './create-notary-signer';

const INTERNAL_SECRET = 'internal-secret-of-tests';
const SIGNER_KEY = 'signer-key-of-tests-1';
const gun = 'registry.example.com/library/app';

let database: TestDatabase;
let sql: Client;
let app: NestFastifyApplication;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = new Client({ connectionString: database.url });
  await sql.connect();
  app = await start();
});
afterAll(async () => {
  await app?.close();
  await sql?.end();
  await database?.drop();
});

async function start(secrets: Record<string, string> = { SIGNER_KEY }): Promise<NestFastifyApplication> {
  const settings = { PORT: '0', METRICS_PORT: '0', LOG_LEVEL: 'fatal', INTERNAL_SECRET, DATABASE_URL: database.url };
  const signer = await createNotarySigner(notarySignerConfig.parse({ ...settings, ...secrets }));
  try {
    await signer.init();
  } catch (error) {
    await signer.close();
    throw error;
  }
  return signer;
}

async function ask(url: string, payload: object, signer = app) {
  const headers = { authorization: `Harbor-Secret ${INTERNAL_SECRET}` };
  const answer = await signer.inject({ method: 'POST', url, payload, headers });
  return { status: answer.statusCode, body: answer.json() as { signature?: string; errors?: { code: string }[] } };
}

interface Key {
  keyId: string;
  publicKey: string;
}
const create = async (owner: object, signer = app): Promise<Key> =>
  (await ask('/keys', { gun, ...owner }, signer)).body as unknown as Key;

async function signs(key: Key, owner: object, signer = app): Promise<boolean> {
  const content = Buffer.from('{"_type":"Timestamp"}');
  const { status, body } = await ask(
    '/signatures',
    { gun, ...owner, keyId: key.keyId, content: content.toString('base64') },
    signer,
  );
  if (status !== 200) throw new Error(`answered ${status} ${JSON.stringify(body)}`);
  const publicKey = createPublicKey({ key: Buffer.from(key.publicKey, 'base64'), format: 'der', type: 'spki' });
  const signature = Buffer.from(body.signature!, 'base64');
  expect(signature).toHaveLength(64);
  return verify('sha256', content, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature);
}

it.each(['/keys', '/keys/find', '/signatures'])('%s is for the platform itself', async (url) => {
  for (const headers of [{}, { authorization: 'Harbor-Secret wrong' }, { authorization: 'Bearer x' }])
    expect((await app.inject({ method: 'POST', url, payload: {}, headers })).statusCode).toBe(401);
});

it('is healthy, and counts what it is asked', async () => {
  for (const url of ['/healthz', '/readyz']) expect((await app.inject({ url })).statusCode).toBe(200);
  const { names } = await scrape(app.get(MetricsServer, { strict: false }).port!);
  expect(names).toEqual(metricNamesOf('notary-signer'));
});

describe('keys', () => {
  it('wait for their first use: until then everybody is told the same', async () => {
    const asked = await Promise.all(Array.from({ length: 8 }, () => create({ role: 'timestamp' })));
    expect(new Set(asked.map(({ keyId }) => keyId)).size).toBe(1);
    const [first] = asked;
    expect(keyIdOf(publicKeyOf('ecdsa', Buffer.from(first!.publicKey, 'base64')))).toBe(first!.keyId);
    expect(await signs(first!, { role: 'timestamp' })).toBe(true);
    const second = await create({ role: 'timestamp' });
    expect(second.keyId).not.toBe(first!.keyId);
    expect((await create({ role: 'timestamp' })).keyId).toBe(second.keyId);
    expect(await signs(first!, { role: 'timestamp' })).toBe(true);
  });

  it('belong to one role of one repository', async () => {
    const key = await create({ role: 'snapshot', gun: 'host/one' });
    const content = 'AAAA';
    for (const owner of [
      { gun: 'host/two', role: 'snapshot' },
      { gun: 'host/one', role: 'timestamp' },
    ]) {
      const { status, body } = await ask('/signatures', { ...owner, keyId: key.keyId, content });
      expect([status, body.errors?.[0]?.code]).toEqual([404, 'NOT_FOUND']);
      expect((await ask('/keys/find', { ...owner, keyIds: [key.keyId] })).body).toEqual({ keys: [] });
    }
    const keyIds = [key.keyId, 'f'.repeat(64)];
    expect((await ask('/keys/find', { gun: 'host/one', role: 'snapshot', keyIds })).body).toEqual({
      keys: [{ ...key, algorithm: 'ecdsa' }],
    });
  });

  it.each([
    ['/keys', { gun, role: 'targets' }],
    ['/keys', { gun, role: 'root' }],
    ['/keys', { gun: '', role: 'snapshot' }],
    ['/keys', { gun: 'x'.repeat(513), role: 'snapshot' }],
    ['/keys/find', { gun, role: 'snapshot', keyIds: ['short'] }],
    ['/signatures', { gun, role: 'snapshot', keyId: 'f'.repeat(64), content: 'no base64!' }],
  ])('%s refuses %j', async (url, body) => {
    expect((await ask(url, body)).status).toBe(400);
  });

  it('are at rest only sealed, and are no longer good in another row', async () => {
    const key = await create({ role: 'snapshot', gun: 'host/sealed' });
    const { rows } = await sql.query<{ sealed_key: Buffer }>('SELECT sealed_key FROM signer_key WHERE key_id = $1', [
      key.keyId,
    ]);
    expect(rows[0]!.sealed_key.includes('PRIVATE KEY')).toBe(false);
    await sql.query(`UPDATE signer_key SET gun = 'host/stolen' WHERE key_id = $1`, [key.keyId]);
    const stolen = { gun: 'host/stolen', role: 'snapshot', keyId: key.keyId, content: 'AAAA' };
    expect((await ask('/signatures', stolen)).status).toBe(500);
    await sql.query('DELETE FROM signer_key WHERE key_id = $1', [key.keyId]);
  });
});

describe('the wrapping key', () => {
  const wrappingIds = async (): Promise<string[]> =>
    (await sql.query<{ id: string }>('SELECT DISTINCT wrapping_key_id AS id FROM signer_key')).rows.map(({ id }) => id);

  it('is rotated while signers run: no signature fails, and the one before opens nothing', async () => {
    const other = await start();
    const key = await create({ role: 'timestamp', gun: 'host/rotated' });
    const owner = { gun: 'host/rotated', role: 'timestamp' };
    const [before] = await wrappingIds();
    const under = Promise.all(Array.from({ length: 20 }, () => signs(key, owner, other)));
    const { id, keys } = await app.get(WrappingKeys, { strict: false }).rotate();
    expect(await under).not.toContain(false);
    expect(await wrappingIds()).toEqual([id]);
    expect(id).not.toBe(before);
    const { rows } = await sql.query<{ count: string }>('SELECT count(*) FROM signer_key');
    expect(keys).toBe(Number(rows[0]!.count));
    expect((await sql.query('SELECT id FROM signer_wrapping_key')).rows).toEqual([{ id }]);
    // A key that neither of them has opened yet.
    const fresh = await create({ role: 'snapshot', gun: 'host/rotated' }, other);
    expect(await signs(fresh, { gun: 'host/rotated', role: 'snapshot' })).toBe(true);
    await other.close();
  });

  it('moves to another SIGNER_KEY with the one before at hand', async () => {
    const key = await create({ role: 'timestamp', gun: 'host/moved' });
    const SIGNER_KEY_NEW = 'signer-key-of-tests-2';
    const moving = await start({ SIGNER_KEY: SIGNER_KEY_NEW, SIGNER_KEY_PREVIOUS: SIGNER_KEY });
    expect(await signs(key, { gun: 'host/moved', role: 'timestamp' }, moving)).toBe(true);
    await moving.get(WrappingKeys, { strict: false }).rotate();
    await moving.close();
    const moved = await start({ SIGNER_KEY: SIGNER_KEY_NEW });
    expect(await signs(key, { gun: 'host/moved', role: 'timestamp' }, moved)).toBe(true);
    await expect(start()).rejects.toThrow('SIGNER_KEY is not the one it was sealed under');
    // Nor is the one well that runs with the old secret.
    const ready = await app.inject({ url: '/readyz' });
    expect(ready.statusCode).toBe(503);
    expect(ready.body).toContain('keys: the signer');
    // Back again, for who runs the tests after this one.
    const back = await start({ SIGNER_KEY, SIGNER_KEY_PREVIOUS: SIGNER_KEY_NEW });
    await back.get(WrappingKeys, { strict: false }).rotate();
    await Promise.all([back.close(), moved.close()]);
    expect((await app.inject({ url: '/readyz' })).statusCode).toBe(200);
  });
});

it('does not start on keys that it cannot open', async () => {
  await expect(start({ SIGNER_KEY: 'another-key-altogether' })).rejects.toThrow(
    /wrapping key .* cannot be opened: SIGNER_KEY is not the one it was sealed under/,
  );
});
