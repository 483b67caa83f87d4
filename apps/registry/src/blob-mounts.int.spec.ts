import { anonymous, type Principal } from '@breakwater/access';
import { digestOf } from '@breakwater/kernel';
import { randomBytes } from 'node:crypto';
import { RegistryUnderTest, system } from './testing/registry-under-test';
import { expectStatus, type RepositoryClient } from './testing/repository-client';

let registry: RegistryUnderTest;
let developer: Principal;
const missing = digestOf(Buffer.from('nowhere'));
const secret = randomBytes(100);
const shared = randomBytes(100);
const open = randomBytes(100);

beforeAll(async () => {
  registry = await RegistryUnderTest.start();
  const user = await registry.user('developer');
  await registry.project('target', { members: [[user, 2]] });
  await registry.project('member', { members: [[user, 3]] });
  await registry.project('secret');
  await registry.project('open', { public: true });
  developer = user;
  for (const [name, bytes] of [
    ['secret/app', secret],
    ['member/app', shared],
    ['open/app', open],
  ] as const)
    await (await registry.as(system, name)).pushBlob(bytes);
});
afterAll(() => registry.stop());

const mount = (client: RepositoryClient, digest: string, from?: string) =>
  client.send('POST', `/blobs/uploads/?mount=${digest}${from === undefined ? '' : `&from=${from}`}`);

/** What a stranger could compare: everything but ids. */
async function outwardly(answer: Promise<{ status: number; headers: object; body: Buffer }>): Promise<string> {
  const { status, headers, body } = await answer;
  const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
  const { date: _, ...rest } = headers as Record<string, unknown>;
  return JSON.stringify({ status, rest, body: body.toString() }).replace(uuid, 'uuid');
}

describe('mounting from a repository', () => {
  it('links a blob that the caller may pull there', async () => {
    const client = await registry.as(developer, 'target/app', 'member/app');
    expectStatus(await client.send('GET', `/blobs/${digestOf(shared)}`), 404);
    const answer = expectStatus(await mount(client, digestOf(shared), 'member/app'), 201);
    expect(answer.headers).toMatchObject({
      location: `/v2/target/app/blobs/${digestOf(shared)}`,
      'docker-content-digest': digestOf(shared),
    });
    expect(expectStatus(await client.send('GET', `/blobs/${digestOf(shared)}`), 200).body.equals(shared)).toBe(true);
    expectStatus(await mount(client, digestOf(shared), 'member/app'), 201);
  });

  it('works through Basic authentication', async () => {
    const client = registry.basic('target/basic', 'developer');
    expectStatus(await mount(client, digestOf(shared), 'member/app'), 201);
    expectStatus(await client.send('GET', `/blobs/${digestOf(shared)}`), 200);
  });

  it('needs no word in the token for what anyone may pull', async () => {
    const client = await registry.as(developer, 'target/open');
    expectStatus(await mount(client, digestOf(open), 'open/app'), 201);
  });

  it('starts an upload when the source has no such blob', async () => {
    const client = await registry.as(developer, 'target/app', 'member/app');
    const answer = expectStatus(await mount(client, missing, 'member/app'), 202);
    expect(answer.headers['docker-upload-uuid']).toBeDefined();
  });

  it.each([
    [
      'a token that was refused the source',
      () => registry.as(developer, 'target/x', 'secret/app', 'secret/none', 'none/app'),
    ],
    ['a token that does not name the source', () => registry.as(developer, 'target/x')],
    ['Basic authentication', () => Promise.resolve(registry.basic('target/x', 'developer'))],
  ])('tells nothing of what the caller may not see (%s)', async (_, open) => {
    const client = await open();
    const there = await outwardly(mount(client, digestOf(secret), 'secret/app'));
    expect(JSON.parse(there)).toMatchObject({ status: expect.not.stringMatching('201') });
    for (const [digest, from] of [
      [missing, 'secret/app'],
      [digestOf(secret), 'secret/none'],
      [digestOf(secret), 'none/app'],
    ] as const) {
      const elsewhere = await outwardly(mount(client, digest, from));
      expect(elsewhere.replaceAll(from, 'secret/app')).toBe(there);
    }
    expectStatus(await client.send('GET', `/blobs/${digestOf(secret)}`), 404);
  });

  it('asks for a token that names the source', async () => {
    const client = await registry.as(developer, 'target/x');
    const answer = expectStatus(await mount(client, digestOf(shared), 'member/app'), 401);
    expect(answer.headers['www-authenticate']).toContain(
      'scope="repository:target/x:pull,push repository:member/app:pull"',
    );
  });

  it.each(['../secret/app', 'secret%2Fapp%00', 'SECRET/app', '', '/', 'secret'])(
    'takes from=%s for a repository that is not there',
    async (from) => {
      const client = await registry.as(developer, 'target/x');
      expectStatus(await mount(client, digestOf(secret), from), 202);
    },
  );

  it('does not mount from where the caller may only push', async () => {
    const pusher = await registry.robot({
      name: 'pusher',
      level: 'system',
      permissions: [
        { kind: 'project', namespace: 'target', access: [{ resource: 'repository', action: 'push' }] },
        { kind: 'project', namespace: 'secret', access: [{ resource: 'repository', action: 'push' }] },
      ],
    });
    const client = await registry.as(pusher, 'target/x', 'secret/app');
    expectStatus(await mount(client, digestOf(secret), 'secret/app'), 202);
  });

  it('refuses a digest that is none', async () => {
    const client = await registry.as(developer, 'target/x');
    expect(expectStatus(await mount(client, 'sha256:abc', 'member/app'), 400).codes()).toEqual(['DIGEST_INVALID']);
  });

  it('does not mount a blob that is going', async () => {
    const bytes = randomBytes(10);
    await (await registry.as(system, 'member/app')).pushBlob(bytes);
    await registry.sql(`UPDATE blob SET status = 'deleting' WHERE digest = $1`, [digestOf(bytes)]);
    const client = await registry.as(developer, 'target/going', 'member/app');
    expectStatus(await mount(client, digestOf(bytes), 'member/app'), 202);
    expectStatus(await mount(client, digestOf(bytes)), 202);
  });
});

describe('mounting from anywhere', () => {
  it('finds what the caller may pull', async () => {
    const client = await registry.as(developer, 'target/any', 'member/app');
    expectStatus(await mount(client, digestOf(shared)), 201);
    expectStatus(await mount(client, digestOf(open)), 201);
    expectStatus(await client.send('GET', `/blobs/${digestOf(open)}`), 200);
  });

  it('finds nothing else, and says so in the same way', async () => {
    const client = await registry.as(developer, 'target/any');
    const there = await outwardly(mount(client, digestOf(secret)));
    expect(JSON.parse(there)).toMatchObject({ status: 202 });
    expect(await outwardly(mount(client, missing))).toBe(there);
    expectStatus(await mount(registry.basic('target/any2', 'developer'), digestOf(secret)), 202);
  });

  it('is not for who may not push', async () => {
    for (const client of [await registry.as(anonymous, 'open/app'), await registry.as(developer, 'member/app')])
      expectStatus(await mount(client, digestOf(open)), 401);
  });
});
