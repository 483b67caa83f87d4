import { makeTestCertificate } from '@breakwater/testing';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpClient } from './testing/http-client';
import { RegistryUnderTest, system } from './testing/registry-under-test';
import { expectStatus, RepositoryClient } from './testing/repository-client';

let registry: RegistryUnderTest;
let folder: string;
let https: HttpClient;
let repository: RepositoryClient;

beforeAll(async () => {
  registry = await RegistryUnderTest.start();
  folder = await mkdtemp(join(tmpdir(), 'registry-tls-'));
  const { cert, key } = makeTestCertificate();
  const files = { TLS_CERT_FILE: join(folder, 'tls.crt'), TLS_KEY_FILE: join(folder, 'tls.key') };
  await writeFile(files.TLS_CERT_FILE, cert);
  await writeFile(files.TLS_KEY_FILE, key);
  https = (await registry.addReplica(files, cert)).http;
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
