import { Changes } from '@breakwater/coherence';
import { anonymous, type Principal, type RobotPrincipal, type UserPrincipal } from '@breakwater/access';
import { UsersService } from '@breakwater/identity';
import { MembersService, ProjectMetadataService } from '@breakwater/projects';
import { SigningKeys, TokensService } from '@breakwater/tokens';
import { createHmac, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { password, RegistryUnderTest, system } from './testing/registry-under-test';
import { expectStatus, RepositoryClient } from './testing/repository-client';

let registry: RegistryUnderTest;
let user: UserPrincipal;
let projectId: number;

beforeAll(async () => {
  registry = await RegistryUnderTest.start();
  await registry.addReplica();
  user = await registry.user('developer');
  projectId = await registry.project('tokens', { members: [[user, 2]] });
  await registry.project('elsewhere', { members: [[user, 2]] });
  for (const name of ['tokens/app', 'elsewhere/app']) await (await registry.as(system, name)).pushImage(name, 'latest');
});
afterAll(() => registry.stop());

interface Parts {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  key: KeyObject;
}

/** A good token, taken apart. */
async function parts(): Promise<Parts> {
  const token = await registry.token(user, [['tokens/app', 'pull,push']]);
  const [header, claims] = token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
  const { key } = await registry.app.get(SigningKeys, { strict: false }).current();
  return { header, claims, key };
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const signed = ({ header, claims, key }: Parts): string => {
  const text = `${encode(header)}.${encode(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
};
const hmac = ({ header, claims }: Parts, secret: string | Buffer): string => {
  const text = `${encode({ ...header, alg: 'HS256' })}.${encode(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
};
const pull = (token: string, repository = 'tokens/app') =>
  registry.withToken(repository, token).send('GET', '/manifests/latest');
const now = () => Math.floor(Date.now() / 1_000);
const otherKey = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;

async function publicKey(): Promise<KeyObject> {
  const { keys } = await registry.app.get(TokensService, { strict: false }).jwks();
  return createPublicKey({ key: keys[0]! as never, format: 'jwk' });
}

describe('a token', () => {
  it('made by hand with our key is taken: the cases below fail for their own reason', async () => {
    expectStatus(await pull(signed(await parts())), 200);
  });

  const forgeries: [string, (token: Parts) => string | Promise<string>][] = [
    ['expired', (t) => signed({ ...t, claims: { ...t.claims, exp: now() - 1 } })],
    ['expired long ago', (t) => signed({ ...t, claims: { ...t.claims, exp: 1 } })],
    ['without an end', ({ claims: { exp: _, ...claims }, ...t }) => signed({ ...t, claims })],
    ['not valid yet', (t) => signed({ ...t, claims: { ...t.claims, nbf: now() + 600 } })],
    ['signed by another key', (t) => signed({ ...t, key: otherKey })],
    [
      'signed by another key that it brings along',
      (t) =>
        signed({
          ...t,
          key: otherKey,
          header: { ...t.header, jwk: createPublicKey(otherKey).export({ format: 'jwk' }) },
        }),
    ],
    ['of a key that nobody knows', (t) => signed({ ...t, header: { ...t.header, kid: 'unknown' } })],
    ['of no key', ({ header: { kid: _, ...header }, ...t }) => signed({ ...t, header })],
    ['for another audience', (t) => signed({ ...t, claims: { ...t.claims, aud: 'harbor-notary' } })],
    ['for no audience', ({ claims: { aud: _, ...claims }, ...t }) => signed({ ...t, claims })],
    ['of another issuer', (t) => signed({ ...t, claims: { ...t.claims, iss: 'somebody' } })],
    ['of no issuer', ({ claims: { iss: _, ...claims }, ...t }) => signed({ ...t, claims })],
    ['with alg none', (t) => `${encode({ ...t.header, alg: 'none' })}.${encode(t.claims)}.`],
    ['with alg none and a signature', (t) => signed({ ...t, header: { ...t.header, alg: 'none' } })],
    ['with alg None', (t) => `${encode({ ...t.header, alg: 'None' })}.${encode(t.claims)}.`],
    [
      'signed by HS256 with the public key',
      async (t) => hmac(t, (await publicKey()).export({ type: 'spki', format: 'pem' })),
    ],
    [
      'signed by HS256 with the public key in DER',
      async (t) => hmac(t, (await publicKey()).export({ type: 'spki', format: 'der' })),
    ],
    ['signed by HS256 with nothing', (t) => hmac(t, '')],
    ['without its signature', (t) => signed(t).split('.').slice(0, 2).join('.')],
    [
      'with rights written in',
      (t) => {
        const [header, , signature] = signed(t).split('.');
        return `${header}.${encode({ ...t.claims, access: [{ type: 'repository', name: 'elsewhere/app', actions: ['pull'] }] })}.${signature}`;
      },
    ],
    ['with claims of another shape', (t) => signed({ ...t, claims: { ...t.claims, access: 'everything' } })],
    ['without our claims', ({ claims: { breakwater: _, ...claims }, ...t }) => signed({ ...t, claims })],
    ['with critical extensions', (t) => signed({ ...t, header: { ...t.header, crit: ['x'], x: 1 } })],
    ['with an unencoded payload', (t) => signed({ ...t, header: { ...t.header, b64: false, crit: ['b64'] } })],
    ['of one dot', () => '.'],
    ['of two dots', () => '..'],
    ['of nonsense', () => 'nonsense'],
    ['with 60 000 characters', () => 'a.'.repeat(30_000)],
  ];

  it.each(forgeries)('%s is refused', async (_, forge) => {
    const answer = expectStatus(await pull(await forge(await parts())), 401);
    expect(answer.headers['www-authenticate']).toMatch(/error="invalid_token"/);
    expect(answer.codes()).toEqual(['UNAUTHORIZED']);
  });

  it('of one project is no good in another', async () => {
    const token = await registry.token(user, [['tokens/app', 'pull,push']]);
    expect(expectStatus(await pull(token, 'elsewhere/app'), 401).headers['www-authenticate']).toContain(
      'insufficient_scope',
    );
  });

  it('stays good when the signing key is rotated, and the new key signs', async () => {
    const before = await registry.token(user, [['tokens/app', 'pull']]);
    const { header } = await parts();
    await registry.app.get(SigningKeys, { strict: false }).rotate();
    const after = await parts();
    expect(after.header.kid).not.toBe(header.kid);
    for (const token of [before, signed(after)])
      for (const replica of registry.replicas)
        expectStatus(
          await new RepositoryClient(replica.http, 'tokens/app', `Bearer ${token}`).send('GET', '/tags/list'),
          200,
        );
  });
});

/** Decision 17: within two seconds, on every replica. */
describe('a change of rights bites within two seconds', () => {
  async function expectBite(principal: Principal, change: () => Promise<unknown>): Promise<void> {
    const token = await registry.token(principal, [['tokens/app', 'pull']]);
    const ask = () =>
      Promise.all(
        registry.replicas.map(({ http }) =>
          new RepositoryClient(http, 'tokens/app', `Bearer ${token}`).send('GET', '/manifests/latest'),
        ),
      );
    for (const answer of await ask()) expectStatus(answer, 200);
    await change();
    const changed = Date.now();
    while ((await ask()).some(({ status }) => status !== 401)) {
      if (Date.now() - changed > 2_000) throw new Error('the token still works');
      await sleep(50);
    }
  }

  const users = () => registry.app.get(UsersService, { strict: false });
  const changePassword = async (id: number) =>
    users().setPassword(id, await users().hashNewPassword(id, `${password}-2`));
  const setPublic = (value: string) =>
    registry.app.get(ProjectMetadataService, { strict: false }).update(projectId, 'public', { public: value });

  async function member(name: string): Promise<UserPrincipal> {
    const principal = await registry.user(name);
    await registry.app.get(MembersService, { strict: false }).add(projectId, { roleId: 3, userId: principal.id });
    return principal;
  }

  async function robot(name: string): Promise<RobotPrincipal> {
    return registry.robot({
      name,
      level: 'project',
      permissions: [{ kind: 'project', namespace: 'tokens', access: [{ resource: 'repository', action: 'pull' }] }],
    });
  }

  it('a new password', async () => {
    const principal = await member('changer');
    await expectBite(principal, () => changePassword(principal.id));
  });

  it('a deleted user', async () => {
    const principal = await member('leaver');
    await expectBite(principal, () => users().remove(principal.id));
  });

  it('an administrator no longer one', async () => {
    const principal = await registry.user('demoted', { sysadmin: true });
    await expectBite(principal, () => users().setSysadmin(principal.id, false));
  });

  it('a member removed', async () => {
    const principal = await member('removed');
    const members = registry.app.get(MembersService, { strict: false });
    const { items } = await members.list(projectId, { entityName: 'removed', page: 1, pageSize: 10 });
    await expectBite(principal, () => members.delete(projectId, items[0]!.id));
  });

  it.each(['disabled = true, epoch = epoch + 1', 'expires_at = 1'])('a robot with %s', async (change) => {
    const principal = await robot(change.replace(/\W+/g, '-'));
    const changes = registry.app.get(Changes, { strict: false });
    const sql = `UPDATE robot SET ${change} WHERE id = $1`;
    await expectBite(principal, () =>
      changes.around([`robot:${principal.id}`], () => registry.sql(sql, [principal.id])),
    );
  });

  it('a project made private', async () => {
    await setPublic('true');
    const stranger = await registry.user('stranger');
    for (const principal of [stranger, anonymous]) {
      await setPublic('true');
      await expectBite(principal, () => setPublic('false'));
    }
  });

  it('a new password, for Basic authentication', async () => {
    const principal = await member('basic');
    const client = registry.basic('tokens/app', 'basic');
    expectStatus(await client.send('GET', '/manifests/latest'), 200);
    await changePassword(principal.id);
    await sleep(1_900);
    for (const { http } of registry.replicas)
      expectStatus(
        await new RepositoryClient(http, 'tokens/app', client.authorization).send('GET', '/manifests/latest'),
        401,
      );
  });
});
