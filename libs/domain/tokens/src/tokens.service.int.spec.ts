import type { INestApplicationContext } from '@nestjs/common';
import type { Principal } from '@breakwater/access';
import { Database } from '@breakwater/platform';
import { SettingsModule, SettingsService } from '@breakwater/settings';
import { Changes, ChangesModule, type Scope } from '@breakwater/coherence';
import { createTestDatabase, startTestModules, type TestDatabase } from '@breakwater/testing';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT, type JSONWebKeySet } from 'jose';
import { createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SigningKeys } from './signing-keys';
import { TokensModule } from './tokens.module';
import { TokensService } from './tokens.service';

const audience = 'harbor-registry';
const access = [{ type: 'repository', name: 'team/app', actions: ['pull', 'push'] }];
const alice: Principal = { kind: 'user', id: 2, name: 'alice', sysadmin: false, epoch: 0 };

let testDatabase: TestDatabase;
let replicas: INestApplicationContext[];
let project: { id: number; epoch: number };

const start = (settings: { SECRET_KEY?: string } = {}): Promise<INestApplicationContext> =>
  startTestModules(testDatabase.url, { imports: [ChangesModule, TokensModule, SettingsModule] }, settings);

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  replicas = await Promise.all([start(), start()]);
  await query(`INSERT INTO user_account (id, username, password_hash) VALUES (2, 'alice', 'x')`);
  const [row] = await query<{ id: number; epoch: number }>(
    `INSERT INTO project (name, owner_id) VALUES ('team', 1) RETURNING id, epoch`,
  );
  project = row!;
});
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.close()));
  await testDatabase.drop();
});
afterEach(() => jest.useRealTimers());

const query = <T>(sql: string, parameters: unknown[] = []): Promise<T[]> =>
  replicas[0]!.get(Database, { strict: false }).query<T>(sql, parameters);
const tokens = (replica = 0): TokensService => replicas[replica]!.get(TokensService, { strict: false });
const keys = (replica = 0): SigningKeys => replicas[replica]!.get(SigningKeys, { strict: false });
const issue = async (facts: Partial<Parameters<TokensService['issue']>[0]> = {}, replica = 0): Promise<string> =>
  (await tokens(replica).issue({ principal: alice, audience, access, projects: [project], ...facts })).token;
const refusal = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'accepted',
    (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
  );

describe('keys', () => {
  it('are made once however many replicas start', async () => {
    const kids = await Promise.all([keys(0).current(), keys(1).current(), keys(0).current()]);
    expect(new Set(kids.map(({ kid }) => kid)).size).toBe(1);
    await expect(query('SELECT kid FROM signing_key')).resolves.toHaveLength(1);
  });

  it('lie in the database sealed', async () => {
    const [row] = await query<{ private_key: Buffer; public_jwk: object }>(
      'SELECT private_key, public_jwk FROM signing_key',
    );
    expect(row!.private_key.toString('latin1')).not.toContain('PRIVATE KEY');
    expect(Object.keys(row!.public_jwk).sort()).toEqual(['e', 'kty', 'n']);
  });

  it('cannot be used under another SECRET_KEY', async () => {
    const stranger = await start({ SECRET_KEY: 'another secret key for tests' });
    const issued = stranger
      .get(TokensService, { strict: false })
      .issue({ principal: alice, audience, access, projects: [] });
    await expect(issued.finally(() => stranger.close())).rejects.toThrow('SECRET_KEY');
  });

  it('are published for other verifiers', async () => {
    const jwks = (await tokens().jwks()) as JSONWebKeySet;
    expect(JSON.stringify(jwks)).not.toMatch(/"(d|p|q|dp|dq|qi)":/);
    const { payload } = await jwtVerify(await issue(), createLocalJWKSet(jwks), {
      algorithms: ['RS256'],
      audience,
      issuer: 'harbor-token-issuer',
    });
    expect(payload.sub).toBe('alice');
  });

  it('rotate: the new one signs everywhere, the old one verifies while its tokens live', async () => {
    const before = await issue();
    await tokens(1).verify(before, audience);
    const kid = await keys(0).rotate();
    const after = await issue();
    expect(decodeProtectedHeader(after)).toEqual({ alg: 'RS256', typ: 'JWT', kid });
    expect(decodeProtectedHeader(before).kid).not.toBe(kid);
    await expect(tokens(1).verify(after, audience)).resolves.toMatchObject({ subject: 'alice' });
    await expect(tokens(1).verify(await issue({}, 1), audience)).resolves.toMatchObject({ subject: 'alice' });
    await expect(tokens(0).verify(before, audience)).resolves.toMatchObject({ subject: 'alice' });
    expect((await tokens().jwks()).keys).toHaveLength(2);
  });

  it('are forgotten when the last token they signed has expired', async () => {
    await query(`UPDATE signing_key SET retired_time = now() - interval '32 minutes' WHERE retired_time IS NOT NULL`);
    await keys(0).rotate();
    expect((await tokens().jwks()).keys).toHaveLength(2);
    await expect(query('SELECT 1 FROM signing_key')).resolves.toHaveLength(2);
  });
});

describe('a token', () => {
  it('says what Docker and Harbor expect', async () => {
    await replicas[0]!.get(SettingsService, { strict: false }).update({ token_expiration: 7 });
    const { token, expiresIn, issuedAt } = await tokens().issue({
      principal: alice,
      audience,
      access,
      projects: [project],
    });
    await replicas[0]!.get(SettingsService, { strict: false }).update({ token_expiration: 30 });
    const claims = decodeJwt(token);
    expect(claims).toMatchObject({
      iss: 'harbor-token-issuer',
      sub: 'alice',
      aud: audience,
      access,
      breakwater: { kind: 'user', id: 2, epoch: 0, projects: [[project.id, 0]] },
    });
    expect(claims.jti).toMatch(/^[0-9a-f-]{36}$/);
    expect(expiresIn).toBe(420);
    expect(claims.exp! - claims.iat!).toBe(420);
    expect(claims.iat).toBe(issuedAt.getTime() / 1_000);
    expect(claims.nbf).toBe(claims.iat);
  });

  it('gives back what was put in', async () => {
    const token = await issue();
    await expect(tokens(1).verify(token, audience)).resolves.toEqual({
      subject: 'alice',
      principal: { kind: 'user', id: 2, epoch: 0 },
      access,
      passes: {},
      expiresAt: decodeJwt(token).exp,
    });
    const passes = { 'team/app': 'quarantine' } as const;
    await expect(tokens(1).verify(await issue({ passes }), audience)).resolves.toMatchObject({ passes });
    const nobody = await issue({ principal: { kind: 'anonymous' }, access: [], projects: [] });
    await expect(tokens(1).verify(nobody, audience)).resolves.toMatchObject({
      subject: '',
      principal: { kind: 'anonymous', id: 0, epoch: 0 },
      access: [],
    });
  });

  it('is given again to who asks the same within seconds, and to nobody else', async () => {
    const token = await issue();
    expect(await issue()).toBe(token);
    const others = await Promise.all([
      issue({ principal: { ...alice, epoch: 1 } }),
      issue({ principal: { ...alice, id: 3 } }),
      issue({ principal: { kind: 'anonymous' } }),
      issue({ audience: 'harbor-notary' }),
      issue({ access: [] }),
      issue({ projects: [{ ...project, epoch: 1 }] }),
      issue({ projects: [] }),
    ]);
    expect(new Set([token, ...others]).size).toBe(8);
    const settings = replicas[0]!.get(SettingsService, { strict: false });
    await settings.update({ token_expiration: 1 });
    const short = await issue();
    expect(short).not.toBe(token);
    await sleep(2_100);
    expect(await issue()).not.toBe(short);
    await settings.update({ token_expiration: 30 });
  });

  it('is refused elsewhere than it was made for, known or not', async () => {
    const token = await issue();
    await expect(refusal(tokens().verify(token, 'harbor-notary'))).resolves.toMatch(/^UNAUTHORIZED/);
    await tokens().verify(token, audience);
    await expect(refusal(tokens().verify(token, 'harbor-notary'))).resolves.toMatch(/^UNAUTHORIZED/);
  });

  it('is refused from its last second on, remembered or not', async () => {
    const token = await issue();
    await tokens(0).verify(token, audience);
    jest.useFakeTimers({
      now: decodeJwt(token).exp! * 1_000,
      doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'queueMicrotask', 'performance'],
    });
    await expect(refusal(tokens(0).verify(token, audience))).resolves.toBe(
      'UNAUTHORIZED: the token is not accepted: it has expired',
    );
    await expect(refusal(tokens(1).verify(token, audience))).resolves.toBe(
      'UNAUTHORIZED: the token is not accepted: it has expired',
    );
  });
});

describe('forgeries', () => {
  const forge = async (
    key: KeyObject,
    header: { alg: string; kid?: string },
    changes: Record<string, unknown> = {},
  ): Promise<string> => {
    const now = Math.floor(Date.now() / 1_000);
    const claims = {
      iss: 'harbor-token-issuer',
      sub: 'alice',
      aud: audience,
      iat: now,
      nbf: now,
      exp: now + 60,
      access,
      breakwater: { kind: 'user', id: 2, epoch: 0, projects: [] },
      ...changes,
    };
    return new SignJWT(claims).setProtectedHeader(header).sign(key);
  };
  const own = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
  const unsigned = (header: object, claims: object): string =>
    `${[header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;

  it('are signed right as a control', async () => {
    const { kid, key } = await keys().current();
    await expect(tokens().verify(await forge(key, { alg: 'RS256', kid }), audience)).resolves.toMatchObject({
      subject: 'alice',
    });
  });

  it.each([
    ['no signature (alg none)', async (kid: string) => unsigned({ alg: 'none', kid }, decodeJwt(await issue()))],
    ['none in capitals', async (kid: string) => unsigned({ alg: 'None', kid }, decodeJwt(await issue()))],
    ['another key under our kid', async (kid: string) => forge(own, { alg: 'RS256', kid })],
    ['another key under its own kid', async () => forge(own, { alg: 'RS256', kid: 'mine' })],
    ['no kid', async (_kid: string, key: KeyObject) => forge(key, { alg: 'RS256' })],
    ['another algorithm of the same key', async (kid: string, key: KeyObject) => forge(key, { alg: 'PS256', kid })],
    ['RS512', async (kid: string, key: KeyObject) => forge(key, { alg: 'RS512', kid })],
    ['another issuer', async (kid: string, key: KeyObject) => forge(key, { alg: 'RS256', kid }, { iss: 'someone' })],
    [
      'another audience',
      async (kid: string, key: KeyObject) => forge(key, { alg: 'RS256', kid }, { aud: 'harbor-notary' }),
    ],
    ['no audience', async (kid: string, key: KeyObject) => forge(key, { alg: 'RS256', kid }, { aud: undefined })],
    ['no expiry', async (kid: string, key: KeyObject) => forge(key, { alg: 'RS256', kid }, { exp: undefined })],
    [
      'an expiry one second ago',
      async (kid: string, key: KeyObject) =>
        forge(key, { alg: 'RS256', kid }, { exp: Math.floor(Date.now() / 1_000) - 1 }),
    ],
    [
      'a start in two minutes',
      async (kid: string, key: KeyObject) =>
        forge(key, { alg: 'RS256', kid }, { nbf: Math.floor(Date.now() / 1_000) + 120 }),
    ],
    [
      'claims of another shape',
      async (kid: string, key: KeyObject) => forge(key, { alg: 'RS256', kid }, { access: 'all' }),
    ],
    [
      'no claims of ours',
      async (kid: string, key: KeyObject) => forge(key, { alg: 'RS256', kid }, { breakwater: undefined }),
    ],
    ['text that is no token', async () => 'a.b.c'],
    ['nothing', async () => ''],
    [
      'a token with a changed claim',
      async () =>
        (await issue()).replace(
          /\.(.*)\./,
          (_all, body: string) =>
            `.${Buffer.from(Buffer.from(body, 'base64url').toString().replace('"id":2', '"id":1')).toString('base64url')}.`,
        ),
    ],
  ] as [string, (kid: string, key: KeyObject) => Promise<string>][])('%s', async (_what, make) => {
    const { kid, key } = await keys().current();
    await expect(refusal(tokens().verify(await make(kid, key), audience))).resolves.toMatch(
      /^UNAUTHORIZED: the token is not accepted/,
    );
  });

  it('the public key as an HMAC secret', async () => {
    const { kid, key } = await keys().current();
    const [published] = (await tokens().jwks()).keys;
    expect(published).toBeDefined();
    for (const secret of [JSON.stringify(published), key.export({ type: 'pkcs8', format: 'pem' }).toString()]) {
      const token = await forge(createSecretKey(Buffer.from(secret)), { alg: 'HS256', kid });
      await expect(refusal(tokens().verify(token, audience))).resolves.toMatch(/^UNAUTHORIZED/);
    }
  });

  it('clocks a minute apart are forgiven at the start, not at the end', async () => {
    const { kid, key } = await keys().current();
    const soon = Math.floor(Date.now() / 1_000) + 50;
    await expect(
      refusal(
        tokens().verify(await forge(key, { alg: 'RS256', kid }, { nbf: soon, iat: soon, exp: soon + 60 }), audience),
      ),
    ).resolves.toBe('accepted');
  });

  it('a flood of unknown keys reads the keys a few times a second', async () => {
    const database = replicas[0]!.get(Database, { strict: false });
    const repository = jest.spyOn(database, 'repository');
    const token = await forge(own, { alg: 'RS256', kid: 'unknown' });
    await Promise.all(Array.from({ length: 200 }, () => refusal(tokens(0).verify(token, audience))));
    expect(repository.mock.calls.length).toBeLessThanOrEqual(2);
    repository.mockRestore();
  });
});

/** As the platform changes things: no replica remembers what was before when this resolves. */
function change(sql: string, ...scopes: Scope[]): Promise<unknown> {
  return replicas[0]!.get(Changes, { strict: false }).around(scopes, () => query(sql));
}

/** Until both replicas answer from their caches. */
async function untilRemembered(token: string): Promise<void> {
  for (const replica of [0, 1]) {
    while (!tokens(replica).recall(token, audience)) {
      await tokens(replica).verify(token, audience);
      await sleep(20);
    }
  }
}

describe('a change counts everywhere as soon as it is acknowledged (decision 17)', () => {
  it.each([
    [
      'the password changed',
      'UPDATE user_account SET epoch = epoch + 1 WHERE id = 2',
      'UPDATE user_account SET epoch = 0 WHERE id = 2',
    ],
    [
      'the account was deleted',
      'UPDATE user_account SET deleted = true WHERE id = 2',
      'UPDATE user_account SET deleted = false WHERE id = 2',
    ],
    ['someone left the project', 'UPDATE project SET epoch = epoch + 1', 'UPDATE project SET epoch = 0'],
  ])('%s', async (_what, sql, undo) => {
    const token = await issue();
    await untilRemembered(token);
    await change(sql, 'user:2', `project:${project.id}`);
    expect(tokens(1).recall(token, audience)).toBeUndefined();
    await expect(refusal(tokens(1).verify(token, audience))).resolves.toMatch(/^UNAUTHORIZED.*rights/);
    await change(undo, 'user:2', `project:${project.id}`);
  });

  it('and a token made after the change is good at once', async () => {
    await tokens(1).verify(await issue(), audience);
    await query('UPDATE project SET epoch = 1; UPDATE user_account SET epoch = 1');
    const fresh = await issue({ principal: { ...alice, epoch: 1 }, projects: [{ ...project, epoch: 1 }] });
    await expect(refusal(tokens(1).verify(fresh, audience))).resolves.toBe('accepted');
    await change('UPDATE project SET epoch = 0; UPDATE user_account SET epoch = 0', 'user:2', `project:${project.id}`);
  });

  it('the project was deleted, and another has its name', async () => {
    const [old] = await query<{ id: number; epoch: number }>(
      `INSERT INTO project (name, owner_id) VALUES ('fleeting', 1) RETURNING id, epoch`,
    );
    const token = await issue({ projects: [project, old!] });
    await tokens(1).verify(token, audience);
    await change(`DELETE FROM project WHERE name = 'fleeting'`, `project:${old!.id}`);
    await query(`INSERT INTO project (name, owner_id) VALUES ('fleeting', 1)`);
    await expect(refusal(tokens(1).verify(token, audience))).resolves.toMatch(/^UNAUTHORIZED/);
  });

  it.each([
    ['disabled', 'UPDATE robot SET disabled = true'],
    ['expired', 'UPDATE robot SET expires_at = 1'],
    ['changed', 'UPDATE robot SET epoch = epoch + 1'],
    ['deleted', 'DELETE FROM robot'],
  ])('the robot was %s', async (_what, sql) => {
    const [row] = await query<{ id: number }>(`INSERT INTO robot (name, secret_hash) VALUES ('ci', 'x') RETURNING id`);
    const token = await issue({
      principal: { kind: 'robot', id: row!.id, name: 'robot$ci', projectId: 0, grants: [], epoch: 0 },
    });
    await expect(refusal(tokens(1).verify(token, audience))).resolves.toBe('accepted');
    await change(sql, `robot:${row!.id}`);
    await expect(refusal(tokens(1).verify(token, audience))).resolves.toMatch(/^UNAUTHORIZED/);
    await query('DELETE FROM robot');
  });

  it('refuses a robot whose time has come, without being told', async () => {
    const soon = Math.floor(Date.now() / 1_000) + 2;
    const [row] = await query<{ id: number }>(
      `INSERT INTO robot (name, secret_hash, expires_at) VALUES ('brief', 'x', ${soon}) RETURNING id`,
    );
    const token = await issue({
      principal: { kind: 'robot', id: row!.id, name: 'robot$brief', projectId: 0, grants: [], epoch: 0 },
    });
    await expect(refusal(tokens(1).verify(token, audience))).resolves.toBe('accepted');
    await sleep(soon * 1_000 - Date.now() + 20);
    expect(tokens(1).recall(token, audience)).toBeUndefined();
    await expect(refusal(tokens(1).verify(token, audience))).resolves.toMatch(/^UNAUTHORIZED/);
    await query('DELETE FROM robot');
  });

  it('asks the database nothing while nothing changes', async () => {
    const token = await issue();
    await untilRemembered(token);
    const asked = jest.spyOn(replicas[0]!.get(Database, { strict: false }), 'query');
    for (let round = 0; round < 500; round += 1) await tokens(0).verify(token, audience);
    expect(asked).not.toHaveBeenCalled();
    asked.mockRestore();
  });
});
