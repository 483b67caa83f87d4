import { digestOf, mediaTypes } from '@breakwater/kernel';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startFakeCollector, type CollectedSpan, type FakeCollector } from './testing/fake-collector';
import { HttpClient } from './testing/http-client';
import { RegistryUnderTest, system } from './testing/registry-under-test';
import { expectStatus, RepositoryClient, type Image } from './testing/repository-client';

const root = join(__dirname, '../../..');
let collector: FakeCollector;
let registry: RegistryUnderTest;
let image: Image;
let authorization: string | undefined;

beforeAll(async () => {
  collector = await startFakeCollector();
  registry = await RegistryUnderTest.start();
  await registry.project('team');
  const client = await registry.as(system, 'team/app');
  image = await client.pushImage('traced', 'latest');
  ({ authorization } = client);
});
afterAll(async () => {
  collector.close();
  await registry.stop();
});

/** The registry as its own process, on the database and storage of the one in this process. */
async function withProcess(env: Record<string, string>, work: (client: RepositoryClient) => Promise<void>) {
  const port = await freePort();
  const settings = Object.entries(registry.config).map(([name, value]) => [
    name,
    value === undefined ? '' : String(value),
  ]);
  const child = spawn(process.execPath, ['-r', '@swc-node/register', 'apps/registry/src/main.ts'], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      SWC_NODE_PROJECT: 'tsconfig.base.json',
      ...Object.fromEntries(settings),
      PORT: String(port),
      UPLOAD_IDLE_SECONDS: '30',
      ...env,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const http = new HttpClient(port);
  try {
    await ready(http, child);
    await work(new RepositoryClient(http, 'team/app', authorization));
  } finally {
    http.close();
    const ended = child.exitCode === null ? once(child, 'exit') : undefined;
    child.kill('SIGTERM');
    await ended;
  }
}

async function ready(http: HttpClient, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const answer = await http.send('GET', '/readyz').catch(() => undefined);
    if (answer?.status === 200) return;
    await sleep(100);
  }
  throw new Error(`the registry ended with ${child.exitCode}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

const newContext = () => {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  return { traceId, spanId, headers: { traceparent: `00-${traceId}-${spanId}-01` } };
};

const spansOf = (traceId: string): CollectedSpan[] => collector.spans.filter((span) => span.traceId === traceId);

it('sends a pull and a push as traces with their queries, also those that wait when the process ends', async () => {
  const [pull, push] = [newContext(), newContext()];
  await withProcess({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }, async (client) => {
    expectStatus(await client.send('GET', '/manifests/latest', { headers: pull.headers }), 200);
    const { headers } = push;
    const typed = { ...headers, 'content-type': mediaTypes.ociManifest };
    expectStatus(await client.send('PUT', '/manifests/again', { headers: typed, body: image.manifest }), 201);
    expectStatus(await client.send('GET', `/blobs/${digestOf(image.config)}`, { headers }), 200);
  });
  const pulled = spansOf(pull.traceId);
  const request = pulled.find(({ name }) => name === 'GET /v2/:name/manifests/:reference');
  expect(request).toMatchObject({ service: 'breakwater-registry', parentSpanId: pull.spanId });
  expect(pulled.filter(({ name }) => name.startsWith('pg.query')).length).toBeGreaterThan(0);
  const spanIds = new Set([pull.spanId, ...pulled.map(({ spanId }) => spanId)]);
  expect(pulled.filter(({ parentSpanId }) => !spanIds.has(parentSpanId))).toEqual([]);
  const names = spansOf(push.traceId).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['PUT /v2/:name/manifests/:reference', 'transaction', 'storage read']));
});

it('traces nothing when no collector is configured', async () => {
  const { traceId, headers } = newContext();
  await withProcess({}, async (client) => {
    expectStatus(await client.send('GET', '/manifests/latest', { headers }), 200);
  });
  expect(spansOf(traceId)).toEqual([]);
});
