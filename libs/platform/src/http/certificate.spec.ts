import { makeTestCertificate, type TestCertificate } from '@breakwater/testing';
import { Logger } from '@nestjs/common';
import { rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { Certificate, type CertificateFiles } from './certificate';

const first = makeTestCertificate('first.test');
const second = makeTestCertificate('second.test');
const ended = makeTestCertificate('ended.test', { from: -2, to: -1 });
const early = makeTestCertificate('early.test', { from: 1, to: 2 });
const everyMs = 20;

let folder: string;
let files: CertificateFiles;
let server: Server | undefined;

beforeAll(() => Logger.overrideLogger(false));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certificate-'));
  files = { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
  write(first);
});
afterEach(async () => {
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
  rmSync(folder, { recursive: true });
});

function write({ cert, key }: TestCertificate): void {
  writeFileSync(files.cert, cert);
  writeFileSync(files.key, key);
}

async function listen(): Promise<void> {
  const certificate = new Certificate(files);
  const started = createServer(certificate.options, answer);
  server = started;
  certificate.follow(started, everyMs);
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
}

const answer = (incoming: IncomingMessage, response: ServerResponse) => void incoming.pipe(response);

function handshake(options: ConnectionOptions = {}): Promise<TLSSocket> {
  const { port } = server!.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options }, () => resolve(socket));
    socket.once('error', reject);
  });
}

async function shownName(): Promise<string> {
  const socket = await handshake();
  const name = socket.getPeerCertificate().subject.CN;
  socket.destroy();
  return String(name);
}

async function untilShown(name: string): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if ((await shownName()) === name) return;
    await sleep(everyMs);
  }
  throw new Error(`${name} was never shown`);
}

it('is verified by a client that trusts it, over TLS 1.3 and 1.2', async () => {
  await listen();
  for (const version of ['TLSv1.3', 'TLSv1.2'] as const) {
    const trusting = { ca: first.cert, servername: 'first.test', rejectUnauthorized: true };
    const socket = await handshake({ ...trusting, minVersion: version, maxVersion: version });
    expect([socket.authorized, socket.getProtocol()]).toEqual([true, version]);
    socket.destroy();
  }
});

it('is not shown to a client of TLS 1.1, nor to one with a cipher without forward secrecy', async () => {
  await listen();
  // OpenSSL lets the client itself speak 1.1 at security level 0 only.
  const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  await expect(handshake(old)).rejects.toThrow(/protocol version/);
  await expect(handshake({ maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' })).rejects.toThrow(/handshake failure/);
});

it('is taken anew when the files change, and open connections stay', async () => {
  await listen();
  const open = await handshake();
  expect(await shownName()).toBe('first.test');
  write(second);
  await untilShown('second.test');
  expect(open.destroyed).toBe(false);
  open.destroy();
});

it('lets a transfer go on over its connection, both ways', async () => {
  await listen();
  const { port } = server!.address() as AddressInfo;
  const [chunk, chunks] = [Buffer.alloc(64 * 1024, 'x'), 40];
  let sent = 0;
  let received = 0;
  await new Promise<void>((resolve, reject) => {
    const outgoing = request({ port, host: '127.0.0.1', method: 'POST', rejectUnauthorized: false }, (incoming) =>
      incoming.on('data', (data: Buffer) => (received += data.length)).once('end', resolve),
    );
    outgoing.once('error', reject);
    void (async () => {
      for (; sent < chunks; sent++) {
        outgoing.write(chunk);
        if (sent === chunks / 2) {
          write(second);
          await untilShown('second.test');
        }
      }
      outgoing.end();
    })().catch(reject);
  });
  expect(received).toBe(chunk.length * chunks);
});

it('stays the old one while the files do not match or cannot be read', async () => {
  await listen();
  writeFileSync(files.cert, second.cert);
  await sleep(everyMs * 5);
  expect(await shownName()).toBe('first.test');
  rmSync(files.key);
  await sleep(everyMs * 5);
  expect(await shownName()).toBe('first.test');
  write(ended);
  await sleep(everyMs * 5);
  expect(await shownName()).toBe('first.test');
  write(second);
  await untilShown('second.test');
});

describe('at the start', () => {
  it.each<[string, () => void, RegExp]>([
    ['a key of another', () => writeFileSync(files.key, second.key), /tls\.key is not the key of .*tls\.crt/],
    ['no certificate', () => writeFileSync(files.cert, 'x'), /TLS_CERT_FILE: .*tls\.crt is no PEM certificate/],
    ['no key', () => writeFileSync(files.key, 'x'), /TLS_KEY_FILE: .*tls\.key is no PEM key/],
    ['one that has ended', () => write(ended), /TLS_CERT_FILE: .*tls\.crt expired on /],
    ['one whose time has not come', () => write(early), /TLS_CERT_FILE: .*tls\.crt is not valid before /],
    ['no file', () => rmSync(files.key), /TLS_KEY_FILE: .*tls\.key cannot be read: .*ENOENT/],
  ])('%s is refused with the name of the file', (_what, spoil, problem) => {
    spoil();
    expect(() => new Certificate(files)).toThrow(problem);
  });
});
