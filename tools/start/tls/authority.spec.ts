import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { ensureCertificates } from '../certificates.mjs';
import { endRoll, ensureAuthority, rollAuthority } from './authority.mjs';
import { lifeOf } from './lifetime.mjs';
import { partsOf } from './pem-files.mjs';

const DAY = 86_400_000;
const now = new Date();
const after = (days: number) => new Date(now.getTime() + days * DAY);
const names = ['registry.example'];
let folder: string;
let before: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'breakwater-ca-'));
  before = ensureAuthority({ folder, now }).cert;
});
afterEach(() => rmSync(folder, { recursive: true }));

const offered = () => readFileSync(join(folder, 'ca.crt'), 'utf8');

/** What a client that trusts only `ca` says of a server that shows the pair. */
async function verdict(ca: string): Promise<boolean> {
  const pem = readFileSync(ensureCertificates({ folder, names, now }).cert, 'utf8');
  const server = createServer({ cert: partsOf(pem).certificates.join(''), key: partsOf(pem).key }, (socket) =>
    socket.end(),
  );
  // A client that refuses the certificate says so on the way.
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const trusted = await new Promise<boolean>((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', servername: 'registry.example', ca }, () => resolve(true));
    socket.on('error', () => resolve(false));
  });
  await new Promise((resolve) => server.close(resolve));
  return trusted;
}

it('is followed by one that those who trust it trust, until that is ended', async () => {
  rollAuthority({ folder, now });
  const next = offered();
  expect(new X509Certificate(next).subject).not.toBe(new X509Certificate(before).subject);
  expect([await verdict(before), await verdict(next)]).toEqual([true, true]);
  expect(() => rollAuthority({ folder, now })).toThrow('rolled already');
  endRoll({ folder });
  expect([await verdict(before), await verdict(next)]).toEqual([false, true]);
  expect(() => endRoll({ folder })).toThrow('nothing to end');
});

it('certifies the next one for no longer than it lives itself', () => {
  const { cross } = rollAuthority({ folder, now: after(3_000) });
  expect(lifeOf(cross).to).toBe(lifeOf(before).to);
});

it.each([
  [2_432, false],
  [2_434, true],
])('is followed by another one at two thirds of ten years: after %d days %s', (days, followed) => {
  const authority = ensureAuthority({ folder, now: after(days) });
  expect(authority.cert !== before).toBe(followed);
  expect(authority.cross !== undefined).toBe(followed);
});

it('stops naming the one before when that has ended', () => {
  const next = ensureAuthority({ folder, now: after(2_434) });
  expect(ensureAuthority({ folder, now: after(3_649) })).toEqual(next);
  expect(ensureAuthority({ folder, now: after(3_651) })).toEqual({ ...next, cross: undefined });
});

it('is made anew, trusted by nobody yet, when it has ended', () => {
  const authority = ensureAuthority({ folder, now: after(3_651) });
  expect(authority.cert).not.toBe(before);
  expect(authority.cross).toBeUndefined();
  expect(offered()).toBe(authority.cert);
});

it('cannot be rolled where there is none', () => {
  expect(() => rollAuthority({ folder: join(folder, 'absent'), now })).toThrow('holds no CA');
});
