import { createPrivateKey, X509Certificate } from 'node:crypto';
import type * as FileSystem from 'node:fs';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureCertificates } from '../certificates.mjs';
import { rollAuthority } from './authority.mjs';
import { partsOf } from './pem-files.mjs';

/** Calls that change the disk, until the process dies; no limit when undefined. */
let left: number | undefined;

jest.mock('node:fs', () => {
  const real = jest.requireActual<typeof FileSystem>('node:fs');
  const mortal = (name: 'openSync' | 'writeFileSync' | 'fsyncSync' | 'renameSync' | 'rmSync') =>
    jest.fn((...args: never[]) => {
      if (left === 0) throw new Error('died');
      if (left !== undefined) left--;
      return (real[name] as (...args: never[]) => unknown)(...args);
    });
  const writers = Object.fromEntries(
    (['openSync', 'writeFileSync', 'fsyncSync', 'renameSync', 'rmSync'] as const).map((name) => [name, mortal(name)]),
  );
  return { ...real, ...writers };
});

/** Made once for each of their arguments: which ones they are does not matter here, and RSA takes its time. */
let mockGeneration = 0;
jest.mock('./x509.mjs', () => {
  const made = new Map<string, unknown>();
  const once =
    (name: string, make: (options: { issuer?: { cert: string } }) => unknown) =>
    (options: { issuer?: { cert: string } }) => {
      const key = `${name} ${options.issuer?.cert ?? mockGeneration}`;
      if (!made.has(key)) made.set(key, make(options));
      return made.get(key);
    };
  const real = jest.requireActual<Record<string, (options: object) => unknown>>('./x509.mjs');
  return Object.fromEntries(Object.entries(real).map(([name, make]) => [name, once(name, make)]));
});

const names = ['registry.example'];
const folder = mkdtempSync(join(tmpdir(), 'breakwater-crash-'));
const [first, work] = [join(folder, 'first'), join(folder, 'work')];
const text = (name: string) => readFileSync(join(work, name), 'utf8');

afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  left = undefined;
});

function expectPair(name: string): void {
  const { certificates, key } = partsOf(text(name));
  expect(new X509Certificate(certificates[0]!).checkPrivateKey(createPrivateKey(key!))).toBe(true);
}

/** Does one who trusts `ca` get there from what is shown? */
function trusts(ca: string): boolean {
  const chain = partsOf(text('server.pem')).certificates.map((pem) => new X509Certificate(pem));
  const root = new X509Certificate(ca);
  return chain.some((each, at) => each.verify(root.publicKey) && chain.slice(0, at).every(isLinked(chain)));
}
const isLinked = (chain: X509Certificate[]) => (each: X509Certificate, at: number) =>
  each.verify(chain[at + 1]!.publicKey);

it('leaves a pair that belongs together, and a CA that clients know, wherever it ends', () => {
  mkdirSync(first);
  const { ca } = ensureCertificates({ folder: first, names });
  const known = readFileSync(ca, 'utf8');
  mockGeneration++;
  let deaths = 0;
  for (let calls = 0; ; calls++) {
    rmSync(work, { recursive: true, force: true });
    cpSync(first, work, { recursive: true });
    left = calls;
    const survived = attempt(() => {
      rollAuthority({ folder: work });
      ensureCertificates({ folder: work, names });
    });
    left = undefined;
    expectPair('server.pem');
    expectPair('ca.pem');
    expect(trusts(known)).toBe(true);

    ensureCertificates({ folder: work, names });
    expectPair('server.pem');
    expect(text('ca.crt')).toBe(partsOf(text('ca.pem')).certificates[0]);
    expect([trusts(known), trusts(text('ca.crt'))]).toEqual([true, true]);
    if (survived) break;
    deaths++;
  }
  expect(deaths).toBeGreaterThan(20);
});

function attempt(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (!(error instanceof Error) || error.message !== 'died') throw error;
    return false;
  }
}
