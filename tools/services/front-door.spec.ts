import { chownSync, cpSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { request as requestTls } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ensureCertificates } from '../start/certificates.mjs';
import { serviceAccount } from './account.mjs';
import { startNginx } from './nginx.mjs';
import { freePort } from './ports.mjs';

/** What nginx makes of requests, seen from a stub behind it and a bare socket in front of it. */
const DEPLOY = resolve(__dirname, '../../deploy/nginx');
const BLOB = 'the bytes of a blob';
const seen: { method?: string; url?: string; headers: IncomingMessage['headers'] }[] = [];

let folder: string;
let stubs: Server[];
let nginx: Awaited<ReturnType<typeof startNginx>>;
let certificates: ReturnType<typeof ensureCertificates>;
let port: number;
let trustPort: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'breakwater-front-door-'));
  const account = serviceAccount();
  const blobs = join(folder, 'storage/docker');
  mkdirSync(blobs, { recursive: true });
  writeFileSync(join(blobs, 'data'), BLOB);
  // nginx runs under an account that may not be able to enter the clone.
  cpSync(join(DEPLOY, 'welcome'), join(folder, 'welcome'), { recursive: true });
  if (account) chownSync(folder, account.uid, account.gid);
  stubs = [createServer(registry), createServer(core), createServer(notary)];
  await Promise.all(stubs.map((stub) => new Promise<void>((done) => stub.listen(0, '127.0.0.1', done))));
  const [registryAddress, coreAddress, notaryAddress] = stubs.map(
    (stub) => `127.0.0.1:${(stub.address() as AddressInfo).port}`,
  );
  [port, trustPort] = [await freePort(), await freePort()];
  certificates = ensureCertificates({ folder, names: ['localhost'], account });
  nginx = await startNginx({
    template: join(DEPLOY, 'nginx.conf.template'),
    welcomeRoot: join(folder, 'welcome'),
    runDir: join(folder, 'run'),
    listeners: [
      { address: '127.0.0.1', port, tls: false },
      { address: '127.0.0.1', port: await freePort(), tls: true },
    ],
    tls: certificates,
    trustListeners: [{ address: '127.0.0.1', port: trustPort }],
    upstreams: {
      registry: registryAddress as string,
      core: coreAddress as string,
      notary: notaryAddress as string,
    },
    storageRoot: join(folder, 'storage'),
    account,
  });
});
afterAll(async () => {
  await nginx?.stop(3_000);
  for (const stub of stubs) stub.closeAllConnections();
  await Promise.all(stubs.map((stub) => new Promise((done) => stub.close(done))));
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  seen.length = 0;
});

function registry(request: IncomingMessage, response: ServerResponse): void {
  seen.push({ method: request.method, url: request.url, headers: request.headers });
  if (request.url === '/internal/precheck') return precheck(request, response);
  if (request.url?.startsWith('/v2/blob')) {
    response.setHeader('X-Accel-Redirect', '/_blobs/docker/data');
    response.setHeader('Content-Type', 'application/x-blob');
    response.setHeader('Docker-Content-Digest', 'sha256:abc');
    response.setHeader('ETag', '"sha256:abc"');
    return void response.end();
  }
  if (request.url === '/v2/break') return void request.socket.destroy();
  request.resume().on('end', () => response.end('registry'));
}

/** The part of the registry that nginx asks before it lets a body come. */
function precheck(request: IncomingMessage, response: ServerResponse): void {
  const status = Number(/refuse-(\d+)/.exec(String(request.headers['x-original-uri']))?.[1] ?? 204);
  if (status === 204) return void response.writeHead(204).end();
  const probe = request.headers['x-precheck'] === 'precheck';
  const headers = {
    'Content-Type': 'application/json',
    'X-Refusal-Status': status,
    'WWW-Authenticate': 'Bearer realm="r"',
  };
  response.writeHead(probe ? 403 : status, headers).end(`{"errors":[{"code":"E${status}"}]}`);
}

function core(request: IncomingMessage, response: ServerResponse): void {
  seen.push({ method: request.method, url: request.url, headers: request.headers });
  response.end('core');
}

function notary(request: IncomingMessage, response: ServerResponse): void {
  seen.push({ method: request.method, url: request.url, headers: request.headers });
  request.resume().on('end', () => response.end('notary'));
}

/** Sends text as it is and gives back what came until the answer is complete or the connection closed. */
function speak(text: string, isComplete: (answer: string) => boolean = () => false): Promise<string> {
  return new Promise((done, fail) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on('data', (chunk) => {
      answer += chunk.toString();
      if (isComplete(answer)) socket.destroy();
    });
    socket.on('error', fail);
    socket.on('close', () => done(answer));
  });
}

const get = (path: string, headers = '') =>
  speak(`GET ${path} HTTP/1.1\r\nHost: registry.example:8080\r\nConnection: close\r\n${headers}\r\n`);

/** Announces a body, and sends none of it: complete is a refusal with its body, or the permission to go on. */
const expecting = (path: string, framing: string) =>
  speak(
    `PATCH ${path} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer t\r\nExpect: 100-continue\r\n${framing}\r\n\r\n`,
    (answer) => /100 Continue\r\n\r\n|\]\}|<\/html>/.test(answer),
  );
const statusOf = (answer: string) => Number(answer.split(' ')[1]);

describe('routes', () => {
  it.each(['/v2/', '/v2/a%252Fb/manifests/x', '/v2/a//b?x=%2F', '/v2'])(
    '%s reaches the registry unchanged',
    async (path) => {
      expect(await get(path)).toMatch(/\r\n\r\nregistry$/);
      expect(seen).toMatchObject([{ url: path }]);
    },
  );

  it.each([
    '/v2/host:8443/library/app/_trust/tuf/root.json',
    '/v2/library/app/_trust/tuf/',
    '/v2/_trust/changefeed?records=1',
    '/v2/host%3A8443/a/_trust/tuf/1.targets/bob.json',
  ])('%s reaches the notary unchanged', async (path) => {
    expect(await get(path)).toMatch(/\r\n\r\nnotary$/);
    expect(seen).toMatchObject([{ url: path }]);
  });

  it.each([
    ['/v2/', 200, 'notary'],
    ['/v2/host:4443/library/app/_trust/tuf/root.json', 200, 'notary'],
    ['/_notary_server/health', 200, 'notary'],
    ['/service/token?service=harbor-notary', 200, 'core'],
    ['/api/v2.0/projects', 404, undefined],
    ['/v2/../api/v2.0/projects', 404, undefined],
    ['/internal/precheck', 404, undefined],
    ['/', 404, undefined],
  ])('on the port of its own, %s is answered %i by %s', async (path, status, by) => {
    const { ca } = certificates;
    const answer = await new Promise<{ status?: number; body: string }>((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port: trustPort,
        path,
        servername: 'localhost',
        ca: readFileSync(ca as string),
      };
      requestTls(options, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode, body }));
      })
        .on('error', reject)
        .end();
    });
    expect(answer.status).toBe(status);
    if (by) expect(answer.body).toBe(by);
    else expect(JSON.parse(answer.body)).toMatchObject({ errors: [{ code: 'NOT_FOUND' }] });
  });

  it.each(['/api/v2.0/projects/a%252Fb', '/c/login', '/service/token?scope=x'])(
    '%s reaches core unchanged',
    async (path) => {
      expect(await get(path)).toMatch(/\r\n\r\ncore$/);
      expect(seen).toMatchObject([{ url: path }]);
    },
  );

  it.each([
    ['/internal/precheck'],
    ['/internal/%2e%2e/v2/x'],
    ['/v2/../internal/x'],
    ['/v2/%2e%2e/internal/x'],
    ['/v2/..%2finternal'],
    ['/v2/a/%5ftrust/tuf/root.json'],
    ['/api/%2e%2e/v2/a/_trust/tuf/root.json'],
    ['/_notary_server/health'],
    ['/api/%2e%2e/v2/x'],
    ['/v2/%2e%2e/api/x'],
    ['/service/notifications/x'],
    ['/api/../service/notifications'],
    ['/_blobs/docker/data'],
    ['/_precheck'],
    ['/_refusal'],
    ['/_refused_chunked'],
    ['/v2x'],
    ['//v2/x'],
    ['/healthz'],
    ['/metrics'],
  ])('%s reaches no service', async (path) => {
    const answer = await get(path);
    expect(statusOf(answer)).toBe(404);
    expect(seen).toEqual([]);
  });

  it('serves the welcome page with a policy that loads nothing from elsewhere', async () => {
    const answer = await get('/');
    expect(statusOf(answer)).toBe(200);
    expect(answer).toContain("Content-Security-Policy: default-src 'none'");
  });
});

it('serves the modules of the welcome page as scripts, without which browsers run none, and the ports', async () => {
  for (const name of ['welcome.js', 'trust-commands.mjs'])
    expect(await get(`/welcome/${name}`)).toContain('Content-Type: text/javascript');
  expect(await get('/welcome/ports.json')).toContain(`"notaryPort":${trustPort}}`);
});

describe('what services are told', () => {
  it('is the host as received, the scheme and the client, whatever the client claims', async () => {
    await get(
      '/v2/',
      'X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil.example\r\nForwarded: for=192.0.2.1\r\n',
    );
    expect(seen[0]?.headers).toMatchObject({
      host: 'registry.example:8080',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'registry.example:8080',
    });
    expect(seen[0]?.headers.forwarded).toBeUndefined();
  });

  it('takes a URL with many tags', async () => {
    const path = `/v2/p/r/manifests/sha256:0?${'tag=0123456789&'.repeat(1_000)}`;
    await get(path);
    expect(seen[0]?.url).toBe(path);
  });
});

describe('blobs', () => {
  it('are sent by nginx with the headers of the registry', async () => {
    const answer = await get('/v2/blob');
    expect(answer).toContain(BLOB);
    expect(answer).toContain('Content-Type: application/x-blob');
    expect(answer).toContain('Docker-Content-Digest: sha256:abc');
    expect(answer.match(/etag: /gi)).toHaveLength(1);
  });

  it('are sent in ranges', async () => {
    const answer = await get('/v2/blob', 'Range: bytes=4-8\r\n');
    expect(statusOf(answer)).toBe(206);
    expect(answer).toContain(`Content-Range: bytes 4-8/${BLOB.length}`);
    expect(answer.endsWith('bytes')).toBe(true);
  });
});

it('answers for a service that broke off in the shape of the specification', async () => {
  const answer = await get('/v2/break');
  expect(statusOf(answer)).toBe(503);
  expect(answer).toContain('"code":"UNAVAILABLE"');
  expect(answer).toContain('Content-Type: application/json');
});

describe('Expect: 100-continue', () => {
  it.each([400, 401, 403, 404, 405, 413, 416, 429])(
    'a refusal with %d comes whole and before the body',
    async (status) => {
      const answer = await expecting(`/v2/p/r/blobs/uploads/refuse-${status}`, 'Content-Length: 2000000000');
      expect(statusOf(answer)).toBe(status);
      expect(answer).toContain(`{"errors":[{"code":"E${status}"}]}`);
      expect(answer.match(/www-authenticate: Bearer realm="r"/gi)).toHaveLength(1);
      expect(answer).not.toContain('100 Continue');
      expect(answer.toLowerCase()).not.toContain('x-refusal-status');
    },
  );

  it('asks with everything but the body', async () => {
    await expecting('/v2/p%252Fr/blobs/uploads/refuse-401', 'Content-Length: 2000000000');
    expect(seen.map(({ url }) => url)).toEqual(['/internal/precheck', '/internal/precheck']);
    expect(seen[0]?.headers).toMatchObject({
      authorization: 'Bearer t',
      'x-precheck': 'precheck',
      'x-original-method': 'PATCH',
      'x-original-uri': '/v2/p%252Fr/blobs/uploads/refuse-401',
      'x-original-content-length': '2000000000',
    });
    expect(seen[1]?.headers['x-precheck']).toBe('refusal');
  });

  it.each([401, 404, 413])('a refusal with %d comes before a chunked body, too', async (status) => {
    const answer = await expecting(`/v2/p/r/blobs/uploads/refuse-${status}`, 'Transfer-Encoding: chunked');
    expect(statusOf(answer)).toBe(status);
    expect(answer).toContain('WWW-Authenticate: Bearer realm="r"');
    expect(answer).not.toContain('100 Continue');
  });

  it.each(['Content-Length: 5', 'Transfer-Encoding: chunked'])('a yes lets the body come (%s)', async (framing) => {
    expect(await expecting('/v2/p/r/blobs/uploads/1', framing)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    expect(seen[0]?.url).toBe('/internal/precheck');
  });

  it('costs other requests nothing', async () => {
    await get('/v2/p/r/tags/list', 'Expect: 100-continue\r\n');
    expect(seen.map(({ url }) => url)).toEqual(['/v2/p/r/tags/list']);
  });
});
