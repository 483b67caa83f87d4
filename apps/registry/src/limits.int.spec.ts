import { digestOf } from '@breakwater/kernel';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './testing/http-client';
import type { RegistryUnderTest } from './testing/registry-under-test';
import { startWithImage } from './testing/registry-with-image';
import { expectRefused, expectStatus, type RepositoryClient } from './testing/repository-client';

/** More is asked of the registry than it can do. */
let registry: RegistryUnderTest;
let app: RepositoryClient;

async function start(settings: Parameters<typeof startWithImage>[0]): Promise<void> {
  ({ registry, app } = await startWithImage(settings));
}
afterEach(() => registry.stop());

describe('requests at once', () => {
  const bytes = randomBytes(2 * 1024 * 1024);

  function openUpload(headers: Record<string, string> = {}): ClientRequest {
    const upload = request({
      host: '127.0.0.1',
      port: registry.http.port,
      method: 'POST',
      path: `/v2/busy/app/blobs/uploads/?digest=${digestOf(bytes)}`,
      headers: { authorization: app.authorization, 'content-length': String(bytes.length), ...headers },
      agent: new Agent(),
    });
    upload.on('error', () => undefined);
    upload.flushHeaders();
    return upload;
  }
  const answerTo = async (upload: ClientRequest) => ((await once(upload, 'response')) as [IncomingMessage])[0];

  it('an upload waits for its turn before its body is asked for, and what is cheap goes past it', async () => {
    await start({ CONCURRENCY_UPLOADS: 1 });
    const first = openUpload({ expect: '100-continue' });
    await once(first, 'continue');
    const second = openUpload({ expect: '100-continue' });
    let asked = false;
    const continued = once(second, 'continue').then(() => {
      asked = true;
    });
    // A manifest, a blob and the start of another upload.
    await app.pushManifest(expectStatus(await app.send('GET', '/manifests/latest'), 200).body, 'other');
    await app.startUpload();
    expect(asked).toBe(false);
    first.end(bytes);
    expect((await answerTo(first)).statusCode).toBe(201);
    await continued;
    second.end(bytes);
    expect((await answerTo(second)).statusCode).toBe(201);
  });

  it('does not read the body of an upload that waits', async () => {
    await start({ CONCURRENCY_UPLOADS: 1 });
    const first = openUpload({ expect: '100-continue' });
    await once(first, 'continue');
    const received = new Promise<number>((resolve) => {
      registry.app.getHttpServer().once('connection', (socket: { bytesRead: number }) => {
        void sleep(500).then(() => resolve(socket.bytesRead));
      });
    });
    const second = openUpload();
    second.end(bytes);
    // The head, and what one read of Node's brings beyond the 16 KB that a stream takes before it is read.
    expect(await received).toBeLessThan(256 * 1024);
    first.end(bytes);
    expect((await answerTo(first)).statusCode).toBe(201);
    expect((await answerTo(second)).statusCode).toBe(201);
  });

  it('refuses what finds the queue full, and what waited too long', async () => {
    await start({ CONCURRENCY_UPLOADS: 1, REQUEST_QUEUE_LENGTH: 1, TRANSFER_QUEUE_SECONDS: 1 });
    const first = openUpload({ expect: '100-continue' });
    await once(first, 'continue');
    const second = openUpload();
    await untilQueued();
    expectRefused(
      await app.send('POST', `/blobs/uploads/?digest=${digestOf(bytes)}`, { body: bytes }),
      429,
      'TOOMANYREQUESTS',
    );
    const late = await answerTo(second);
    expect(late.statusCode).toBe(429);
    expect(late.headers['retry-after']).toBe('5');
    first.end(bytes);
    expect((await answerTo(first)).statusCode).toBe(201);
  });

  /** The request before this one on another connection has been seen: connections are served in turn. */
  const untilQueued = async () => void (await registry.http.send('GET', '/healthz'));

  it('gives the place of who breaks off to the next, and passes over who left', async () => {
    await start({ CONCURRENCY_UPLOADS: 1 });
    const first = openUpload({ expect: '100-continue' });
    await once(first, 'continue');
    const second = openUpload({ expect: '100-continue' });
    await untilQueued();
    const third = openUpload({ expect: '100-continue' });
    second.destroy();
    first.destroy();
    await once(third, 'continue');
    third.end(bytes);
    expect((await answerTo(third)).statusCode).toBe(201);
  });

  it('blobs from the hot path hold places of downloads as well', async () => {
    await start({ CONCURRENCY_DOWNLOADS: 1, TRANSFER_QUEUE_SECONDS: 1 });
    const large = randomBytes(16 * 1024 * 1024);
    await app.pushBlob(large);
    const path = `/v2/busy/app/blobs/${digestOf(large)}`;
    // Never read on: the answer stays under way.
    const reader = connect(registry.http.port, '127.0.0.1');
    reader.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${app.authorization}\r\n\r\n`);
    await once(reader, 'readable');
    expectRefused(
      await registry.http.send('GET', path, { headers: { authorization: app.authorization } }),
      429,
      'TOOMANYREQUESTS',
    );
    reader.destroy();
    const whole = await registry.http.send('GET', path, { headers: { authorization: app.authorization } });
    expect(whole.body.equals(large)).toBe(true);
  });
});

describe('requests a second', () => {
  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
  const manifest = (address: string, client = app) => client.send('GET', '/manifests/latest', from(address));
  const statuses = async (times: number, ask: () => Promise<Answer>) => {
    const answers: number[] = [];
    for (let asked = 0; asked < times; asked++) answers.push((await ask()).status);
    return answers;
  };
  /** So slow that no token comes back during a test. */
  const slowly = {
    TRUSTED_PROXIES: ['127.0.0.1'],
    RATE_LIMIT_BURST_SECONDS: 1,
    RATE_LIMIT_EXEMPT: ['10.0.0.0/8', '127.0.0.1'],
  };

  it('of an address: IPv6 by /64, on the hot path as well', async () => {
    await start({ ...slowly, RATE_LIMIT_PER_ADDRESS: 3 });
    // Warm, from an address that is exempt.
    expect(await statuses(3, () => manifest('10.1.1.1'))).toEqual([200, 200, 200]);
    let host = 0;
    const answers = await statuses(40, () => manifest(`2001:db8::${++host}`));
    expect(answers.slice(0, 3)).toEqual([200, 200, 200]);
    expect(answers).toContain(429);
    expectStatus(await manifest('192.0.2.1'), 200);
    expectStatus(await manifest('2001:db8:0:1::1'), 200);
    const refused = await refusedOf(() => app.send('GET', '/tags/list', from('192.0.2.1')));
    expectRefused(refused, 429, 'TOOMANYREQUESTS');
    expect(refused.headers['retry-after']).toBe('1');
    expectStatus(await registry.http.send('GET', '/readyz', from('192.0.2.1')), 200);
  });

  const refusedOf = async (ask: () => Promise<Answer>): Promise<Answer> => {
    for (;;) {
      const answer = await ask();
      if (answer.status === 429) return answer;
    }
  };

  it('of an account, wherever it comes from, with a token or a password', async () => {
    await start({ ...slowly, RATE_LIMIT_PER_PRINCIPAL: 3 });
    const alice = await registry.user('alice', { sysadmin: true });
    const bob = await registry.user('bob', { sysadmin: true });
    const withToken = await registry.as(alice, 'busy/app');
    const withPassword = registry.basic('busy/app', 'alice');
    let host = 0;
    const elsewhere = () => `192.0.2.${++host % 250}`;
    expect(await statuses(40, () => manifest(elsewhere(), withToken))).toContain(429);
    expectRefused(await refusedOf(() => manifest(elsewhere(), withPassword)), 429, 'TOOMANYREQUESTS');
    const other = await registry.as(bob, 'busy/app');
    expectStatus(await manifest(elsewhere(), other), 200);
  });
});
