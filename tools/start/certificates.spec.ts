import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adoptCertificate, ensureCertificates } from './certificates.mjs';
import { partsOf } from './tls/pem-files.mjs';

const DAY = 86_400_000;
const start = new Date('2026-03-01T00:00:00Z');
const after = (days: number) => new Date(start.getTime() + days * DAY);
const text = (path: string) => readFileSync(path, 'utf8');
const load = (path: string) => new X509Certificate(readFileSync(path));
const inFolder = (name: string) => join(folder, name);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'breakwater-tls-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('ensureCertificates', () => {
  const names = ['localhost', '127.0.0.1', '::1', 'registry.example'];
  const ensure = (now = start, wanted = names) => ensureCertificates({ folder, names: wanted, now });

  it('makes a CA and a server certificate that is good for every name', () => {
    const made = ensure();
    const [ca, server] = [load(made.ca), load(made.shown)];
    expect(ca.ca).toBe(true);
    expect(ca.verify(ca.publicKey)).toBe(true);
    expect(server.verify(ca.publicKey)).toBe(true);
    expect(server.checkIssued(ca)).toBe(true);
    expect(server.checkHost('registry.example')).toBe('registry.example');
    expect(server.checkIP('::1')).toBeDefined();
    expect(server.checkHost('other.example')).toBeUndefined();
    expect(Date.parse(server.validTo) - Date.parse(server.validFrom)).toBeLessThanOrEqual(825 * DAY);
  });

  it('keeps keys to their owner and offers the rest', () => {
    const made = ensure();
    const modes = [made.key, inFolder('ca.pem'), made.shown, made.ca].map((path) => statSync(path).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600, 0o644, 0o644]);
    expect(partsOf(text(made.shown)).key).toBeUndefined();
    expect(partsOf(text(made.ca)).key).toBeUndefined();
  });

  it('has certificate and key in one file, so that they belong together whatever happens', () => {
    const { cert, key } = ensure();
    expect(cert).toBe(key);
    expect(load(cert).checkPrivateKey(createPrivateKey(text(key)))).toBe(true);
  });

  it('keeps both while they are good', () => {
    const before = text(ensure().cert);
    const again = ensure(after(549), names.slice(1));
    expect(again.changed).toBe(false);
    expect(text(again.cert)).toBe(before);
  });

  it.each([
    ['a new name', [...names, 'new.example'], 0],
    ['two thirds of its life', names, 550],
    ['a clock that was ahead when it was made', names, -1],
  ])('renews the server certificate, not the CA, for %s', (_, wanted, days) => {
    const ca = text(ensure().ca);
    const again = ensure(after(days), wanted);
    expect(again.changed).toBe(true);
    expect(text(again.ca)).toBe(ca);
    expect(load(again.cert).checkHost(wanted.at(-1) as string)).toBeDefined();
    expect(ensure(after(days), wanted).changed).toBe(false);
  });

  it.each(['', 'x', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])(
    'makes a server certificate in place of a damaged one: %j',
    (damage) => {
      const { cert } = ensure();
      writeFileSync(cert, damage);
      expect(ensure().changed).toBe(true);
      expect(load(cert).checkPrivateKey(createPrivateKey(text(cert)))).toBe(true);
    },
  );

  it('makes anew what clients see when only that was lost', () => {
    const { shown, ca } = ensure();
    const before = [text(shown), text(ca)];
    rmSync(shown);
    rmSync(ca);
    expect(ensure().changed).toBe(false);
    expect([text(shown), text(ca)]).toEqual(before);
  });

  it('never replaces a CA whose key is lost or damaged', () => {
    const { ca } = ensure();
    const private_ = inFolder('ca.pem');
    const other = mkdtempSync(join(tmpdir(), 'breakwater-tls-'));
    const foreign = partsOf(text(ensureCertificates({ folder: other, names, now: start }).cert)).key as string;
    for (const spoil of [
      () => rmSync(private_),
      () => writeFileSync(private_, ''),
      () => writeFileSync(private_, `${text(ca)}${foreign}`),
    ]) {
      spoil();
      expect(() => ensure()).toThrow('does not hold the CA and its key. Bring it back from a backup');
    }
    rmSync(other, { recursive: true });
  });

  it('takes over the CA of a platform that an earlier version made', () => {
    const { ca } = ensure();
    const { certificates, key } = partsOf(text(inFolder('ca.pem')));
    writeFileSync(inFolder('ca.key'), key as string);
    for (const name of ['ca.pem', 'server.pem', 'server.crt']) rmSync(inFolder(name));
    const again = ensure();
    expect(text(again.ca)).toBe(certificates[0]);
    expect(load(again.cert).verify(load(ca).publicKey)).toBe(true);
    expect(existsSync(inFolder('ca.key'))).toBe(false);
    expect(ensure().changed).toBe(false);
  });
});

describe('adoptCertificate', () => {
  const now = start;
  let made: ReturnType<typeof ensureCertificates>;
  let own: { cert: string; key: string };
  const adopt = () => adoptCertificate({ folder, ...own, ca: undefined, now });

  beforeEach(() => {
    const theirs = join(folder, 'theirs');
    made = ensureCertificates({ folder, names: ['registry.example'], now });
    const { certificates, key } = partsOf(text(made.cert));
    own = { cert: `${theirs}.crt`, key: `${theirs}.key` };
    writeFileSync(own.cert, `for people\n${certificates.join('').replaceAll('\n', '\r\n')}${text(made.ca)}`);
    writeFileSync(own.key, key as string);
  });

  it("takes the operator's pair with its chain, and says when nothing is new", () => {
    const adopted = adopt();
    expect(adopted.changed).toBe(true);
    expect(partsOf(text(adopted.cert)).certificates).toHaveLength(2);
    expect(load(adopted.shown).fingerprint256).toBe(load(own.cert).fingerprint256);
    expect(adopt().changed).toBe(false);
  });

  it('gives way to one that is made when the next start has none', () => {
    adopt();
    const again = ensureCertificates({ folder, names: ['registry.example'], now });
    expect(again.changed).toBe(true);
    expect(load(again.cert).verify(load(again.ca).publicKey)).toBe(true);
  });

  it.each<[string, () => void, RegExp | string]>([
    ['a key of another', () => (own.key = inFolder('ca.pem')), 'is not the key of'],
    ['no certificate', () => writeFileSync(own.cert, 'x'), /theirs\.crt is no PEM certificate/],
    ['no key', () => writeFileSync(own.key, 'x'), /theirs\.key is no PEM key without a passphrase/],
    ['no file', () => rmSync(own.key), /theirs\.key cannot be read: ENOENT/],
    [
      'a certificate without subjectAltName',
      () => (own = { cert: inFolder('ca.pem'), key: inFolder('ca.pem') }),
      'no subjectAltName',
    ],
  ])('refuses %s', (_, spoil, problem) => {
    spoil();
    expect(adopt).toThrow(problem);
  });

  it.each([
    ['that has ended', 825, 'expired on'],
    ['whose time has not come', -1, 'is not valid before'],
  ])('refuses one %s', (_, days, problem) => {
    expect(() => adoptCertificate({ folder, ...own, ca: undefined, now: after(days) })).toThrow(problem);
  });
});
