import { digestOf } from '@breakwater/kernel';
import { makeTestCertificate, scrape } from '@breakwater/testing';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpClient } from './testing/http-client';
import { imageManifest } from './testing/images';
import { lives, RegistryProcesses } from './testing/registry-processes';
import { RegistryUnderTest, system } from './testing/registry-under-test';
import { expectStatus, location, RepositoryClient } from './testing/repository-client';

const count = 3;
jest.setTimeout(120_000);

let registry: RegistryUnderTest;
let running: RegistryProcesses;
let metricsPort: number;
/** One for each worker: connections go to them in turn. */
let clients: RepositoryClient[] = [];

beforeAll(async () => {
  registry = await RegistryUnderTest.start({ REGISTRY_WORKERS: count, UPLOAD_IDLE_SECONDS: 5 });
  await registry.project('team');
  const { authorization } = await registry.as(system, 'team/app');
  RegistryProcesses.compile();
  metricsPort = await freePort();
  running = RegistryProcesses.start({ ...registry.config, LOG_LEVEL: 'info', METRICS_PORT: metricsPort });
  const port = await running.listening(count);
  clients = Array.from({ length: count }, () => new RepositoryClient(new HttpClient(port), 'team/app', authorization));
});
afterAll(async () => {
  clients.forEach(({ http }) => http.close());
  await running.stop();
  await registry.stop();
});

async function move(tag: string, seed: string, by: RepositoryClient): Promise<string> {
  const manifest = imageManifest(Buffer.from('{}'), [], { annotations: { seed } });
  return expectStatus(await by.pushManifest(manifest, tag), 201).headers['docker-content-digest'] as string;
}

/** A warm answer's id begins with what names its worker. */
const workerOf = (id: unknown): string | undefined => /^([0-9a-f]{12})-\d+$/.exec(String(id))?.[1];

it('is seen by every worker at once, whichever took the push', async () => {
  const answering = new Set<string>();
  await clients[0]!.pushBlob(Buffer.from('{}'));
  for (let round = 0; round < 30; round++) {
    const digest = await move('latest', `round ${round}`, clients[round % count]!);
    for (const client of [...clients, ...clients]) {
      const { headers } = expectStatus(await client.send('GET', '/manifests/latest'), 200);
      expect(headers['docker-content-digest']).toBe(digest);
      answering.add(workerOf(headers['x-request-id']) ?? '');
    }
  }
  // Each of them took connections, and answered from its cache.
  answering.delete('');
  expect(answering.size).toBe(count);
});

it('tells the metrics of all workers together', async () => {
  const now = await scrape(metricsPort);
  expect(now.value('breakwater_pushes_total', { kind: 'manifest', result: 'stored' })).toBe(30);
  expect(now.value('breakwater_lease_valid')).toBe(1);
  const pulls = now.value('registry_http_requests_total', { handler: 'manifest', method: 'get', code: '200' });
  expect(pulls).toBe(30 * 2 * count);
});

it('goes on with an upload that another worker began', async () => {
  const bytes = randomBytes(3_000_000);
  const [first, second, third] = clients as [RepositoryClient, RepositoryClient, RepositoryClient];
  const chunks = [bytes.subarray(0, 1_000_000), bytes.subarray(1_000_000, 1_800_000), bytes.subarray(1_800_000)];
  let at = await first.startUpload();
  at = location(expectStatus(await second.send('PATCH', at, { body: chunks[0] }), 202));
  at = location(expectStatus(await third.send('PATCH', at, { body: chunks[1] }), 202));
  const digest = digestOf(bytes);
  expectStatus(await second.send('PUT', withDigest(at, digest), { body: chunks[2] }), 201);
  expect((await first.send('GET', `/blobs/${digest}`)).body.equals(bytes)).toBe(true);
});

it('refuses a wrong digest of an upload that another worker began', async () => {
  const bytes = randomBytes(10_000);
  const [first, second] = clients as [RepositoryClient, RepositoryClient];
  const at = location(expectStatus(await first.send('PATCH', await first.startUpload(), { body: bytes }), 202));
  const answer = await second.send('PUT', withDigest(at, digestOf(Buffer.from('other'))), {});
  expect([answer.status, answer.codes()]).toEqual([400, ['DIGEST_INVALID']]);
});

it('replaces a worker that is killed, and serves meanwhile', async () => {
  const before = running.workers;
  expect(before).toHaveLength(count);
  process.kill(before[0]!, 'SIGKILL');
  await running.until(() => running.said.includes('a worker ended (SIGKILL), another one starts in 500 ms'));
  const others = Array.from({ length: count }, () => new HttpClient(clients[0]!.http.port));
  for (const http of others) {
    expect((await http.send('GET', '/healthz')).status).toBe(200);
    http.close();
  }
  await running.listening(count + 1);
  expect(running.workers).toHaveLength(count);
});

it('waits for its workers when it is told to end', async () => {
  const pids = running.workers;
  running.child.kill('SIGTERM');
  expect(await running.ended).toBe(0);
  expect(pids.filter(lives)).toEqual([]);
});

it('leaves no worker behind when it is killed', async () => {
  const another = RegistryProcesses.start({ ...registry.config, LOG_LEVEL: 'info', REGISTRY_WORKERS: 2 });
  await another.listening(2);
  const pids = another.workers;
  another.child.kill('SIGKILL');
  expect(await another.ended).toBe('SIGKILL');
  for (let attempt = 0; attempt < 100 && pids.some(lives); attempt++) await sleep(100);
  expect(pids.filter(lives)).toEqual([]);
});

it('says once what is wrong at the start, and ends', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as AddressInfo;
  const folder = registry.config.STORAGE_ROOT;
  const [TLS_CERT_FILE, TLS_KEY_FILE] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  await writeFile(TLS_CERT_FILE, makeTestCertificate().cert);
  await writeFile(TLS_KEY_FILE, makeTestCertificate().key);
  const faults: [Partial<typeof registry.config>, RegExp][] = [
    [{ PORT: port }, /EADDRINUSE/g],
    [{ TLS_CERT_FILE, TLS_KEY_FILE }, /TLS_KEY_FILE: \S+ is not the key of/g],
  ];
  for (const [fault, problem] of faults) {
    const failing = RegistryProcesses.start({ ...registry.config, ...fault });
    expect(await failing.ended).toBe(1);
    expect(failing.said.match(problem)).not.toBeNull();
    expect(failing.said.split('no worker of registry can start')).toHaveLength(2);
  }
  taken.close();
});

const withDigest = (at: string, digest: string): string => `${at}${at.includes('?') ? '&' : '?'}digest=${digest}`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
