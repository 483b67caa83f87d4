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

it.each(['/keys', '/keys/find', '/keys/idle', '/keys/remove', '/signatures'])(
  '%s is for the platform itself',
  async (url) => {
    for (const headers of [{}, { authorization: 'Harbor-Secret wrong' }, { authorization: 'Bearer x' }])
      expect((await app.inject({ method: 'POST', url, payload: {}, headers })).statusCode).toBe(401);
  },
);

it.each(['/keys', '/keys/find', '/signatures'])(
  '%s is for notary-server alone when it has a secret of its own',
  async (url) => {
    const NOTARY_SIGNER_SECRET = 'of-notary-server-alone';
    const own = await start({ SIGNER_KEY, NOTARY_SIGNER_SECRET });
    const status = async (secret: string) => {
      const headers = { authorization: `Harbor-Secret ${secret}` };
      return (await own.inject({ method: 'POST', url, payload: {}, headers })).statusCode;
    };
    // 400: it may ask, but not for nothing.
    expect([await status(INTERNAL_SECRET), await status(NOTARY_SIGNER_SECRET)]).toEqual([401, 400]);
    await own.close();
  },
);

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

describe('keys that are not needed any more', () => {
  interface Listed {
    keys: { keyId: string; gun: string; role: string }[];
  }
  const long = new Date(Date.now() - 86_400_000).toISOString();
  const listed = async (url: string, body: object): Promise<string[]> => {
    const answer = await ask(url, body);
    expect(answer.status).toBe(200);
    return (answer.body as unknown as Listed).keys.map(({ keyId }) => keyId);
  };
  const remove = (owner: string, body: object = {}) =>
    listed('/keys/remove', { gun: owner, keep: [], before: long, used: false, ...body });
  const age = (owner: string) =>
    sql.query(
      `UPDATE signer_key SET creation_time = creation_time - interval '9 days', offered_time = offered_time - interval '9 days',
         last_used_time = last_used_time - interval '9 days' WHERE gun = $1`,
      [owner],
    );

  it('are idle when nobody made, was told of, or used them for that long', async () => {
    const owner = { gun: 'host/idle', role: 'timestamp' };
    const [used, waiting] = [await create(owner), await create({ ...owner, role: 'snapshot' })];
    await signs(used, owner);
    const idle = async () =>
      (await listed('/keys/idle', { before: long, after: '', limit: 500 })).filter((id) =>
        [used.keyId, waiting.keyId].includes(id),
      );
    expect(await idle()).toEqual([]);
    await age(owner.gun);
    expect(await idle()).toEqual([used.keyId, waiting.keyId].sort());
    expect((await create({ ...owner, role: 'snapshot' })).keyId).toBe(waiting.keyId);
    expect(await idle()).toEqual([used.keyId]);
    await signs(used, owner);
    expect(await idle()).toEqual([]);
  });

  it('go for ever, and sign nothing more, not even where they were opened before', async () => {
    const owner = { gun: 'host/removed', role: 'timestamp' };
    const key = await create(owner);
    const other = await start();
    await signs(key, owner);
    await signs(key, owner, other);
    await age(owner.gun);
    expect(await remove(owner.gun)).toEqual([key.keyId]);
    for (const signer of [app, other]) {
      const { status } = await ask('/signatures', { ...owner, keyId: key.keyId, content: 'AAAA' }, signer);
      expect(status).toBe(404);
    }
    expect(await remove(owner.gun)).toEqual([]);
    await other.close();
  });

  it('stay when they are named, wait, are in use, or are of another repository', async () => {
    const owner = { gun: 'host/kept', role: 'timestamp' };
    const [used, waiting] = [await create(owner), await create({ ...owner, role: 'snapshot' })];
    await signs(used, owner);
    expect(await remove(owner.gun)).toEqual([]);
    await age(owner.gun);
    expect(await remove('host/kept/other')).toEqual([]);
    expect(await remove(owner.gun, { keep: [used.keyId, waiting.keyId] })).toEqual([]);
    expect(await remove(owner.gun, { used: true })).toEqual([used.keyId]);
    expect(await remove(owner.gun)).toEqual([waiting.keyId]);
  });

  it('are not removed while somebody signs with them: one of the two comes first', async () => {
    for (let round = 0; round < 10; round++) {
      const owner = { gun: `host/raced-${round}`, role: 'timestamp' };
      const key = await create(owner);
      await signs(key, owner);
      await age(owner.gun);
      const [signature, removed] = await Promise.all([
        ask('/signatures', { ...owner, keyId: key.keyId, content: 'AAAA' }),
        remove(owner.gun),
      ]);
      expect([signature.status, removed.length]).toEqual(signature.status === 200 ? [200, 0] : [404, 1]);
    }
  });

  it.each([
    ['/keys/idle', { before: 'yesterday', after: '', limit: 10 }],
    ['/keys/idle', { before: long, after: '', limit: 5_000 }],
    ['/keys/remove', { gun: 'host/x', keep: [], before: long }],
    ['/keys/remove', { gun: '', keep: [], before: long, used: true }],
  ])('%s refuses %j', async (url, body) => {
    expect((await ask(url, body)).status).toBe(400);
  });
});
