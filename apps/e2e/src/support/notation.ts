import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestCertificate, toPem } from '@breakwater/testing/signing';
import type { ClientHome } from './clients';

interface SigningKey {
  name: string;
  keyPath: string;
  certPath: string;
}

const folderOf = (home: ClientHome): string => join(home.folder, '.config', 'notation');

/** A key of one's own with the certificates of an authority. */
export function addNotationKey(home: ClientHome, name: string, chain: TestCertificate[]): void {
  const local = join(folderOf(home), 'localkeys');
  mkdirSync(local, { recursive: true });
  const [keyPath, certPath] = [join(local, `${name}.key`), join(local, `${name}.crt`)];
  writeFileSync(keyPath, chain[0]!.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  writeFileSync(certPath, chain.map(({ der }) => toPem(der)).join(''));
  enterNotationKey(home, { name, keyPath, certPath });
}

/** `notation` has no command for keys in files: they are entered in its list. */
export function enterNotationKey(home: ClientHome, key: SigningKey): void {
  const file = join(folderOf(home), 'signingkeys.json');
  mkdirSync(folderOf(home), { recursive: true });
  const before = readKeys(file);
  writeFileSync(file, JSON.stringify({ ...before, keys: [...before.keys, key] }), { mode: 0o600 });
}

function readKeys(file: string): { keys: SigningKey[] } {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { keys: SigningKey[] };
  } catch {
    return { keys: [] };
  }
}

/** The certificate that `notation cert generate-test` made. */
export function testCertificateOf(home: ClientHome, name: string): string {
  return readFileSync(join(folderOf(home), 'localkeys', `${name}.crt`), 'utf8');
}

/** A policy for `notation policy import`: this store for every repository. */
export const notationPolicy = (...trustStores: string[]): string =>
  JSON.stringify({
    version: '1.0',
    trustPolicies: [
      {
        name: 'all',
        registryScopes: ['*'],
        signatureVerification: { level: 'strict' },
        trustStores,
        trustedIdentities: ['*'],
      },
    ],
  });
