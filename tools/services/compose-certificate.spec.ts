import { makeTestCertificate } from '@breakwater/testing';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { startNginx } from './nginx.mjs';
import { freePort } from './ports.mjs';

/** What docker-compose.yml runs for the certificate, without the containers. */
const ROOT = resolve(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'breakwater-compose-'));
const [secrets, own] = [join(folder, 'secrets'), join(folder, 'own')];
const env = { ...process.env, CERTIFICATE_LOOK_SECONDS: '0.2' };
const running: ChildProcess[] = [];
let nginx: Awaited<ReturnType<typeof startNginx>>;
let port: number;

const inSecrets = (name: string) => join(secrets, name);
const script = (name: string, given = secrets) => [join(ROOT, name), given, own, 'registry.example'];
const volumes = ['secrets', 'database-secrets', 'signing-secrets', 'signer-secrets'];

/** In a process group of its own, for what it leaves in the background. */
function inBackground(command: string, args: string[], settings: NodeJS.ProcessEnv): void {
  running.push(spawn(command, args, { env: { ...env, ...settings }, stdio: 'ignore', detached: true }));
}

const shown = (): Promise<string> =>
  new Promise((done, fail) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      done(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    }).once('error', fail);
  });

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await condition()) return;
    await sleep(50);
  }
  throw new Error('it never came to that');
}
const fingerprint = (pem: string | Buffer) => new X509Certificate(pem).fingerprint256;

beforeAll(async () => {
  for (const name of [...volumes, 'own', 'storage']) mkdirSync(join(folder, name));
  cpSync(join(ROOT, 'deploy/nginx/welcome'), join(folder, 'welcome'), { recursive: true });
  expect(spawnSync(process.execPath, script('deploy/compose/init.mjs', folder), { env, stdio: 'inherit' }).status).toBe(
    0,
  );
  port = await freePort();
  nginx = await startNginx({
    template: join(ROOT, 'deploy/nginx/nginx.conf.template'),
    welcomeRoot: join(folder, 'welcome'),
    runDir: join(folder, 'run'),
    listeners: [{ address: '127.0.0.1', port, tls: true }],
    tls: { cert: inSecrets('server.pem'), key: inSecrets('server.pem') },
    upstreams: { registry: '127.0.0.1:9', core: '127.0.0.1:9' },
    storageRoot: join(folder, 'storage'),
  });
  inBackground(process.execPath, script('deploy/compose/certificates.mjs'), {});
  inBackground('/bin/sh', [join(ROOT, 'deploy/nginx/follow-certificate.sh')], {
    TLS_CERT: inSecrets('server.pem'),
    RUN_DIR: join(folder, 'run'),
  });
});
afterAll(async () => {
  for (const { pid } of running) process.kill(-pid!, 'SIGKILL');
  await nginx?.stop(3_000);
  rmSync(folder, { recursive: true });
});

it('the certificate that is made is good for the public name, and its CA is offered', () => {
  const server = new X509Certificate(readFileSync(inSecrets('server.crt')));
  const ca = new X509Certificate(readFileSync(inSecrets('offered-ca.crt')));
  expect(server.checkHost('registry.example')).toBeDefined();
  expect(server.verify(ca.publicKey)).toBe(true);
});

it("the operator's files are taken when they appear, and nginx shows them", async () => {
  const { cert, key } = makeTestCertificate('registry.example');
  writeFileSync(join(own, 'tls.key'), key);
  writeFileSync(join(own, 'tls.crt'), cert);
  await until(async () => (await shown()) === fingerprint(cert));
  expect(existsSync(inSecrets('offered-ca.crt'))).toBe(false);
});

it('without them there is a made one again, and a roll of the CA is shown', async () => {
  rmSync(join(own, 'tls.crt'));
  await until(() => existsSync(inSecrets('offered-ca.crt')));
  const before = readFileSync(inSecrets('ca.crt'));
  const roll = [join(ROOT, 'tools/start/ca-roll.mjs'), '--folder', secrets];
  expect(spawnSync(process.execPath, roll, { stdio: 'ignore' }).status).toBe(0);
  await until(() => /(?:BEGIN CERTIFICATE[^]*){2}/.test(readFileSync(inSecrets('server.crt'), 'utf8')));
  await until(async () => (await shown()) === fingerprint(readFileSync(inSecrets('server.crt'))));
  await until(() => fingerprint(readFileSync(inSecrets('offered-ca.crt'))) !== fingerprint(before));
});
