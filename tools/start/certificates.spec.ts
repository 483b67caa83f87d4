import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adoptCertificate, ensureCertificates } from './certificates.mjs';

const DAY = 86_400_000;
const load = (path: string) => new X509Certificate(readFileSync(path));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'breakwater-tls-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('ensureCertificates', () => {
  const names = ['localhost', '127.0.0.1', '::1', 'registry.example'];

  it('makes a CA and a server certificate that is good for every name', () => {
    const made = ensureCertificates({ folder, names });
    const [ca, server] = [load(made.ca), load(made.cert)];
    expect(ca.ca).toBe(true);
    expect(ca.verify(ca.publicKey)).toBe(true);
    expect(server.verify(ca.publicKey)).toBe(true);
    expect(server.checkIssued(ca)).toBe(true);
    expect(server.checkHost('registry.example')).toBe('registry.example');
    expect(server.checkIP('::1')).toBeDefined();
    expect(server.checkHost('other.example')).toBeUndefined();
    expect(Date.parse(server.validTo) - Date.parse(server.validFrom)).toBeLessThanOrEqual(825 * DAY);
    expect(statSync(made.key).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'ca.key')).mode & 0o777).toBe(0o600);
  });

  it('keeps both while they are good', () => {
    const before = readFileSync(ensureCertificates({ folder, names }).cert, 'utf8');
    const again = ensureCertificates({ folder, names: names.slice(1) });
    expect(again.changed).toBe(false);
    expect(readFileSync(again.cert, 'utf8')).toBe(before);
  });

  it.each([
    ['a new name', [...names, 'new.example'], 0],
    ['the end coming near', names, 800],
  ])('renews the server certificate, not the CA, for %s', (_, wanted, days) => {
    const ca = readFileSync(ensureCertificates({ folder, names }).ca, 'utf8');
    const again = ensureCertificates({ folder, names: wanted, now: new Date(Date.now() + days * DAY) });
    expect(again.changed).toBe(true);
    expect(readFileSync(again.ca, 'utf8')).toBe(ca);
    expect(load(again.cert).checkHost(wanted.at(-1) as string)).toBeDefined();
  });
});

describe('adoptCertificate', () => {
  it("takes the operator's pair and refuses one that does not match", () => {
    const { cert, key } = ensureCertificates({ folder, names: ['localhost'] });
    const adopted = adoptCertificate({ folder, cert, key, ca: undefined });
    expect(readFileSync(adopted.cert, 'utf8')).toBe(readFileSync(cert, 'utf8'));
    expect(() => adoptCertificate({ folder, cert, key: join(folder, 'ca.key'), ca: undefined })).toThrow(
      'is not the key of',
    );
  });

  it('refuses a certificate without subjectAltName', () => {
    const { ca } = ensureCertificates({ folder, names: ['localhost'] });
    expect(() => adoptCertificate({ folder, cert: ca, key: join(folder, 'ca.key'), ca })).toThrow('no subjectAltName');
  });
});
