import { digestOf } from '@breakwater/kernel';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { RegistryUnderTest, system } from './testing/registry-under-test';

/** A registry in a process of its own, told to end while it serves. */
const root = join(__dirname, '../../..');
const repository = 'drain/app';
const stored = randomBytes(24 * 1024 * 1024);
const sent = randomBytes(1024 * 1024);
let registry: RegistryUnderTest;
let authorization: string;
let child: ChildProcess | undefined;

beforeAll(async () => {
  registry = await RegistryUnderTest.start({ UPLOAD_IDLE_SECONDS: 60, UPLOAD_TTL_SECONDS: 3_600 });
  await registry.project('drain');
  const client = await registry.as(system, repository);
  authorization = client.authorization!;
  await client.pushBlob(stored);
});
afterEach(() => child?.kill('SIGKILL'));
afterAll(() => registry.stop());

/** Gives the port that it listens on. */
async function start(settings: Record<string, string> = {}): Promise<number> {
  const config = Object.entries({ ...registry.config, LOG_LEVEL: 'info', ...settings });
  const env = Object.fromEntries(
    config.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
  child = spawn(process.execPath, ['-r', '@swc-node/register', 'apps/registry/src/main.ts'], {
    cwd: root,
    env: { PATH: process.env.PATH, SWC_NODE_PROJECT: 'tsconfig.base.json', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout! })) {
    const [, port] = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(line) ?? [];
    if (port) return Number(port);
  }
  throw new Error('the registry ended before it listened');
}

interface Asked {
  method?: string;
  headers?: Record<string, string>;
  agent?: Agent;
}

function open(port: number, path: string, { method = 'GET', headers = {}, agent }: Asked = {}): ClientRequest {
  return request({
    host: '127.0.0.1',
    port,
    path: path.startsWith('/') ? path : `/v2/${repository}/${path}`,
    method,
    headers: { authorization, ...headers },
    agent: agent ?? new Agent({ keepAlive: true }),
  });
}

const answerTo = async (asked: ClientRequest): Promise<IncomingMessage> =>
  ((await once(asked, 'response')) as [IncomingMessage])[0];

const statusOf = async (port: number, path: string): Promise<number | undefined> => {
  const answer = await answerTo(open(port, path).end());
  answer.resume();
  return answer.statusCode;
};

/** Half of a blob is on its way. */
async function openUpload(port: number): Promise<ClientRequest> {
  const upload = open(port, `blobs/uploads/?digest=${digestOf(sent)}`, {
    method: 'POST',
    headers: { 'content-length': String(sent.length), expect: '100-continue' },
  });
  upload.flushHeaders();
  await once(upload, 'continue');
  upload.write(sent.subarray(0, sent.length / 2));
  return upload;
}

async function untilRefused(port: number): Promise<void> {
  for (;;) {
    const refused = await statusOf(port, '/healthz').then(
      () => false,
      (error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED',
    );
    if (refused) return;
    await sleep(20);
  }
}

it('lets an upload and a download finish, refuses new connections, and exits with 0', async () => {
  const port = await start();
  const agent = new Agent({ keepAlive: true });
  const idle = open(port, '/healthz', { agent });
  (await answerTo(idle.end())).resume();
  const idleClosed = once(idle.socket!, 'close');
  const upload = await openUpload(port);
  const download = await answerTo(open(port, `blobs/${digestOf(stored)}`).end());
  const exited = once(child!, 'exit');
  child!.kill('SIGTERM');
  await untilRefused(port);
  await idleClosed;
  upload.end(sent.subarray(sent.length / 2));
  const uploaded = await answerTo(upload);
  uploaded.resume();
  expect(uploaded.statusCode).toBe(201);
  expect(uploaded.headers.connection).toBe('close');
  expect((await buffer(download)).equals(stored)).toBe(true);
  expect(await exited).toEqual([0, null]);
  const again = await registry.http.send('GET', `/v2/${repository}/blobs/${digestOf(sent)}`, {
    headers: { authorization },
  });
  expect(again.body.equals(sent)).toBe(true);
});

it('says on /readyz that it ends and serves on for the delay', async () => {
  const port = await start({ DRAIN_DELAY_SECONDS: '2' });
  expect(await statusOf(port, '/readyz')).toBe(200);
  const exited = once(child!, 'exit');
  child!.kill('SIGINT');
  while ((await statusOf(port, '/readyz')) !== 503) await sleep(20);
  expect(await statusOf(port, `blobs/${digestOf(stored)}`)).toBe(200);
  await untilRefused(port);
  expect(await exited).toEqual([0, null]);
});

it('cuts at the deadline what is not done', async () => {
  const port = await start({ DRAIN_SECONDS: '1' });
  const upload = await openUpload(port);
  const cut = once(upload, 'error');
  const exited = once(child!, 'exit');
  child!.kill('SIGTERM');
  expect(await cut).toMatchObject([{ code: 'ECONNRESET' }]);
  expect(await exited).toEqual([0, null]);
});

it('ends at once when told twice', async () => {
  const port = await start();
  const upload = await openUpload(port);
  const cut = once(upload, 'error');
  const exited = once(child!, 'exit');
  child!.kill('SIGTERM');
  await untilRefused(port);
  child!.kill('SIGTERM');
  await cut;
  expect(await exited).toEqual([143, null]);
});
