import { MetricsServer } from '@breakwater/platform';
import { makeTestCertificate, scrape, type TestCertificate } from '@breakwater/testing';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { HttpClient } from './testing/http-client';
import { RegistryUnderTest, system } from './testing/registry-under-test';
import { expectStatus, RepositoryClient } from './testing/repository-client';

let registry: RegistryUnderTest;
let folder: string;
let https: HttpClient;
let repository: RepositoryClient;
let files: { TLS_CERT_FILE: string; TLS_KEY_FILE: string };
let metricsPort: number;

async function place({ cert, key }: TestCertificate): Promise<void> {
  await writeFile(files.TLS_CERT_FILE, cert);
  await writeFile(files.TLS_KEY_FILE, key);
}

beforeAll(async () => {
  registry = await RegistryUnderTest.start();
  folder = await mkdtemp(join(tmpdir(), 'registry-tls-'));
  const { cert, key } = makeTestCertificate();
  files = { TLS_CERT_FILE: join(folder, 'tls.crt'), TLS_KEY_FILE: join(folder, 'tls.key') };
  await place({ cert, key });
  // The upload below pauses for as long as the registry takes to look at its files.
  const replica = await registry.addReplica({ ...files, METRICS_PORT: 0, UPLOAD_IDLE_SECONDS: 60 }, cert);
  https = replica.http;
  metricsPort = replica.app.get(MetricsServer, { strict: false }).port!;
  await registry.project('team');
  const { authorization } = await registry.as(system, 'team/app');
  repository = new RepositoryClient(https, 'team/app', authorization);
});
afterAll(async () => {
  await registry.stop();
  await rm(folder, { recursive: true });
});

it('names an https token service in its challenge', async () => {
  const { status, headers } = await https.send('GET', '/v2/');
  expect(status).toBe(401);
  expect(headers['www-authenticate']).toContain(`realm="https://127.0.0.1:${https.port}/service/token"`);
});

it('takes a push and gives it back, warm as well', async () => {
  const image = await repository.pushImage('tls', 'v1');
  for (let attempt = 0; ; attempt++) {
    const pulled = expectStatus(await repository.send('GET', '/manifests/v1'), 200);
    expect(pulled.body.equals(image.manifest)).toBe(true);
    // The hot path numbers its answers.
    if (/^[0-9a-f]{12}-\d+$/.test(String(pulled.headers['x-request-id']))) break;
    expect(attempt).toBeLessThan(100);
    await sleep(50);
  }
});

it('streams a large blob both ways', async () => {
  const blob = randomBytes(8 * 1024 * 1024);
  const digest = await repository.pushBlob(blob);
  for (const headers of [{}, { range: 'bytes=1000000-7999999' }]) {
    const expected = 'range' in headers ? blob.subarray(1_000_000, 8_000_000) : blob;
    expect((await repository.send('GET', `/blobs/${digest}`, { headers })).body.equals(expected)).toBe(true);
  }
});

it('drops who does not speak TLS, at once, and goes on', async () => {
  const plain = new HttpClient(https.port);
  expect(await plain.raw('GET /v2/ HTTP/1.1\r\nhost: x\r\n\r\n', 10_000)).not.toContain('HTTP/1.1 200');
  plain.close();
  expect((await https.send('GET', '/v2/')).status).toBe(401);
});

it('tells how long its certificate is good', async () => {
  const left = (await scrape(metricsPort)).value('breakwater_certificate_expiry_seconds', { certificate: 'server' })!;
  expect(left).toBeGreaterThan(86_000);
  expect(left).toBeLessThanOrEqual(86_400);
});

describe('when its files are replaced', () => {
  const renewed = makeTestCertificate('renewed.test', { to: 2 });

  /** A request on a connection of its own, trusted or not. */
  const open = (method: string, path: string) =>
    request({
      port: https.port,
      host: '127.0.0.1',
      agent: new Agent({ rejectUnauthorized: false }),
      method,
      path,
      headers: { authorization: repository.authorization },
    });
  const answerTo = (outgoing: ReturnType<typeof open>): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => outgoing.once('response', resolve).once('error', reject));
  const shownName = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect({ port: https.port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      }).once('error', reject);
    });

  it('an upload and a download under way go on, and new connections get the new certificate', async () => {
    const blob = randomBytes(32 * 1024 * 1024);
    const digest = await repository.pushBlob(blob);
    const download = open('GET', `/v2/team/app/blobs/${digest}`);
    const downloading = answerTo(download);
    download.end();
    // Not read yet: far more of it than the sockets' buffers hold is still to come.
    const incoming = await downloading;
    const started = await repository.send('POST', '/blobs/uploads/');
    const upload = open('PATCH', new URL(started.headers.location!, 'https://x').pathname);
    const uploading = answerTo(upload);
    upload.write(blob.subarray(0, 4 * 1024 * 1024));

    await place(renewed);
    while ((await shownName()) !== 'renewed.test') await sleep(100);

    upload.end(blob.subarray(4 * 1024 * 1024));
    const uploaded = await uploading;
    expect([uploaded.statusCode, uploaded.headers.range]).toEqual([202, `0-${blob.length - 1}`]);
    const hash = createHash('sha256');
    for await (const chunk of incoming) hash.update(chunk as Buffer);
    expect(`sha256:${hash.digest('hex')}`).toBe(digest);
    const now = await scrape(metricsPort);
    expect(now.value('breakwater_certificate_expiry_seconds', { certificate: 'server' })).toBeGreaterThan(100_000);
  });
});
