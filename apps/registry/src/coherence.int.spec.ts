import { createSlowProxy, type SlowProxy } from '@breakwater/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { imageManifest } from './testing/images';
import { RegistryUnderTest, system } from './testing/registry-under-test';
import { expectStatus, RepositoryClient } from './testing/repository-client';

/** Rounds of each race; `npm run soak` raises them. */
const rounds = Number(process.env.COHERENCE_ROUNDS ?? 60);

let registry: RegistryUnderTest;
let proxy: SlowProxy;
/** Where changes are made, and a replica that has cached what was before; its database is behind the proxy. */
let here: RepositoryClient;
let there: RepositoryClient;

beforeAll(async () => {
  registry = await RegistryUnderTest.start();
  const database = new URL(registry.config.DATABASE_URL);
  proxy = await createSlowProxy({ host: database.hostname, port: Number(database.port) });
  database.port = String(proxy.port);
  const { http } = await registry.addReplica({ DATABASE_URL: database.toString() });
  await registry.project('team');
  here = await registry.as(system, 'team/app');
  there = new RepositoryClient(http, 'team/app', here.authorization);
  await here.pushImage('base', 'latest');
});
afterAll(async () => {
  await proxy.close();
  await registry.stop();
});
beforeEach(() => {
  proxy.delayMs = 0;
});

/** Pushes another manifest under the tag and gives its digest. */
async function move(tag: string, seed: string): Promise<string> {
  const config = Buffer.from('{}');
  await here.pushBlob(config);
  const manifest = imageManifest(config, [], { annotations: { seed } });
  return expectStatus(await here.pushManifest(manifest, tag), 201).headers['docker-content-digest'] as string;
}

const digestThere = async (tag: string, method = 'GET'): Promise<string | undefined> =>
  expectStatus(await there.send(method, `/manifests/${tag}`), 200).headers['docker-content-digest'] as string;

/** Warm answers carry ids that the hot path numbers itself. */
const isWarm = (id: unknown): boolean => /^[0-9a-f]{12}-\d+$/.test(String(id));

async function untilWarm(path: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (isWarm((await there.send('GET', path)).headers['x-request-id'])) return;
    await sleep(50);
  }
  throw new Error(`${path} never became warm`);
}

it('answers a warm pull without a query, in the controllers’ words', async () => {
  const digest = await move('warm', 'warm');
  const cold = await there.send('GET', '/manifests/warm');
  await untilWarm('/manifests/warm');
  const warm = await there.send('GET', '/manifests/warm');
  const without = (headers: Record<string, unknown>) => ({ ...headers, date: '', 'x-request-id': '' });
  expect(without(warm.headers)).toEqual(without(cold.headers));
  expect(warm.body.equals(cold.body)).toBe(true);
  const head = await there.send('HEAD', `/manifests/${digest}`);
  expect(head.headers['content-length']).toBe(String(warm.body.length));
  const none = await there.send('GET', '/manifests/warm', { headers: { 'if-none-match': `"${digest}"` } });
  expect([none.status, none.body.length]).toEqual([304, 0]);
});

it('never answers from before a push that was acknowledged elsewhere', async () => {
  let warm = 0;
  for (let round = 0; round < rounds; round++) {
    const digest = await move('moving', `round ${round}`);
    expect(await digestThere('moving', round % 2 ? 'HEAD' : 'GET')).toBe(digest);
    const again = await there.send('GET', '/manifests/moving');
    expect(again.headers['docker-content-digest']).toBe(digest);
    if (isWarm(again.headers['x-request-id'])) warm++;
  }
  // The test would show nothing if the other replica had cached nothing.
  expect(warm).toBeGreaterThan(rounds / 2);
});

it('forgets tags and artifacts that were deleted elsewhere', async () => {
  for (let round = 0; round < rounds / 5; round++) {
    const digest = await move('doomed', `doomed ${round}`);
    await untilWarm('/manifests/doomed');
    if (round % 2) expectStatus(await here.send('DELETE', '/manifests/doomed'), 202);
    else expectStatus(await here.send('DELETE', `/manifests/${digest}`), 202);
    expectStatus(await there.send('GET', '/manifests/doomed'), 404);
  }
});

it('lets nobody in with a token from before rights were lost', async () => {
  for (let round = 0; round < 5; round++) {
    const alice = await registry.user(`alice${round}`);
    await registry.project(`closed${round}`, { members: [[alice, 2]] });
    const project = `closed${round}/app`;
    const own = await registry.as(alice, project);
    await own.pushImage('x', 'v1');
    const elsewhere = new RepositoryClient(there.http, project, own.authorization);
    expectStatus(await elsewhere.send('GET', '/manifests/v1'), 200);
    await registry.removeMember(project.split('/')[0]!, alice);
    expectStatus(await elsewhere.send('GET', '/manifests/v1'), 401);
  }
});

it('waits for a replica that hears half a second late', async () => {
  await move('late', 'before');
  await untilWarm('/manifests/late');
  proxy.delayMs = 500;
  for (let round = 0; round < 4; round++) {
    const digest = await move('late', `late ${round}`);
    expect(await digestThere('late')).toBe(digest);
  }
});

it('does not wait for a stopped replica longer than its lease, and finds it wiser when it goes on', async () => {
  for (let round = 0; round < 2; round++) {
    await move('stopped', `before ${round}`);
    await untilWarm('/manifests/stopped');
    proxy.freeze();
    const digest = await move('stopped', `while stopped ${round}`);
    const pending = digestThere('stopped');
    proxy.thaw();
    expect(await pending).toBe(digest);
  }
});
