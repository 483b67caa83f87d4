import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import forge from 'node-forge';
import { ensureCertificates, wantedPair } from '../start/certificates.mjs';
import { CertificateFollower } from '../start/tls.mjs';
import { serviceAccount } from './account.mjs';
import { startNginx } from './nginx.mjs';
import { freePort } from './ports.mjs';

/** A new certificate under a real nginx while transfers go on. */
const DEPLOY = resolve(__dirname, '../../deploy/nginx');
const CHUNK = Buffer.alloc(64 * 1024, 'x');
const CHUNKS = 60;

let folder: string;
let stub: Server;
let nginx: Awaited<ReturnType<typeof startNginx>>;
let ca: string;
let ports: { https: number; notary: number };
let wanted: () => string;
let said: string[];
let follower: CertificateFollower;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'breakwater-reload-'));
  const account = serviceAccount();
  mkdirSync(join(folder, 'storage'));
  cpSync(join(DEPLOY, 'welcome'), join(folder, 'welcome'), { recursive: true });
  if (account) chownSync(folder, account.uid, account.gid);
  stub = createServer(serve);
  await new Promise<void>((done) => stub.listen(0, '127.0.0.1', done));
  const upstream = `127.0.0.1:${(stub.address() as AddressInfo).port}`;
  ports = { https: await freePort(), notary: await freePort() };
  const tls = ensureCertificates({ folder, names: ['localhost'], account });
  ca = readFileSync(tls.ca, 'utf8');
  nginx = await startNginx({
    template: join(DEPLOY, 'nginx.conf.template'),
    welcomeRoot: join(folder, 'welcome'),
    runDir: join(folder, 'run'),
    listeners: [{ address: '127.0.0.1', port: ports.https, tls: true }],
    trustListeners: [{ address: '127.0.0.1', port: ports.notary }],
    tls,
    upstreams: { registry: upstream, core: upstream, notary: upstream },
    storageRoot: join(folder, 'storage'),
    account,
  });
  follower = new CertificateFollower({
    folder,
    account,
    wanted: () => wanted(),
    server: () => nginx,
    say: (text: string) => said.push(text),
  });
});
beforeEach(() => {
  said = [];
});
afterAll(async () => {
  await nginx?.stop(3_000);
  stub.closeAllConnections();
  await new Promise((done) => stub.close(done));
  rmSync(folder, { recursive: true });
});

/** GET: many chunks, slowly. Otherwise: how many bytes came. */
function serve(incoming: IncomingMessage, response: ServerResponse): void {
  if (incoming.method === 'GET') return void drip((chunk) => response.write(chunk)).then(() => response.end());
  let bytes = 0;
  incoming.on('data', (chunk: Buffer) => (bytes += chunk.length)).on('end', () => response.end(String(bytes)));
}

async function drip(write: (chunk: Buffer) => unknown): Promise<void> {
  for (let index = 0; index < CHUNKS; index++) {
    write(CHUNK);
    await sleep(30);
  }
}

function transfer(method: 'GET' | 'PATCH', port: number): Promise<string> {
  const options = { port, host: '127.0.0.1', servername: 'localhost', ca, method, path: '/v2/team/app/blobs/x' };
  return new Promise((done, fail) => {
    const outgoing = request({ ...options, agent: new Agent() }, (response) => {
      let text = '';
      response.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => done(text)).on('error', fail);
    });
    outgoing.on('error', fail);
    if (method === 'GET') outgoing.end();
    else void drip((chunk) => outgoing.write(chunk)).then(() => outgoing.end());
  });
}

const shown = (port: number): Promise<string> =>
  new Promise((done, fail) => {
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca }, () => {
      const { fingerprint256 } = socket.getPeerCertificate();
      socket.destroy();
      done(fingerprint256);
    });
    socket.on('error', fail);
  });

async function untilShown(port: number, pem: string): Promise<void> {
  const { fingerprint256 } = new X509Certificate(pem);
  for (let attempt = 0; attempt < 250; attempt++) {
    if ((await shown(port)) === fingerprint256) return;
    await sleep(40);
  }
  throw new Error('the new certificate was never shown');
}

it('leaves transfers under way alone, and new connections get the new one, on every port', async () => {
  const transfers = [transfer('GET', ports.https), transfer('PATCH', ports.https), transfer('GET', ports.notary)];
  let ended = 0;
  for (const one of transfers) void one.finally(() => ended++);
  await sleep(200);
  const pair = wantedPair({ folder, names: ['localhost', 'new.example'] });
  wanted = () => pair;
  await follower.look();
  for (const port of Object.values(ports)) await untilShown(port, pair);
  expect(ended).toBe(0);
  const size = CHUNK.length * CHUNKS;
  const [download, upload, trust] = await Promise.all(transfers);
  expect([download?.length, upload, trust?.length]).toEqual([size, String(size), size]);
  expect(said).toEqual([expect.stringContaining('new connections get the new certificate')]);
});

it('keeps the old one where nginx would not start with the new one', async () => {
  const before = await shown(ports.https);
  const file = join(folder, 'server.pem');
  const text = readFileSync(file, 'utf8');
  wanted = () => weakPair();
  await follower.look();
  expect(said).toEqual([expect.stringMatching(/^the old certificate stays in use: nginx refuses the new one: .+/)]);
  expect(readFileSync(file, 'utf8')).toBe(text);
  expect(await shown(ports.https)).toBe(before);
});

it('stays as it is when it is told to reload files that do not belong together', async () => {
  const before = await shown(ports.https);
  const file = join(folder, 'server.pem');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/-----BEGIN PRIVATE KEY[^]*/, weakKey()));
  expect(await nginx.check()).toMatch(/key values mismatch/);
  nginx.reload();
  await sleep(500);
  expect(await shown(ports.https)).toBe(before);
  writeFileSync(file, text);
});

/** 512 bits: Node reads it, OpenSSL under nginx does not take it for a server. */
const weakKey = () =>
  generateKeyPairSync('rsa', { modulusLength: 512 }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

function weakPair(): string {
  const key = weakKey();
  const privateKey = forge.pki.privateKeyFromPem(key);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(privateKey.n, privateKey.e);
  certificate.validity.notAfter = new Date(Date.now() + 86_400_000);
  certificate.sign(privateKey, forge.md.sha256.create());
  return `${forge.pki.certificateToPem(certificate)}${key}`;
}
