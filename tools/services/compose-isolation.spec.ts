import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

/** What docker-compose.yml gives to whom: the signer's secrets reach the signer alone. */
const ROOT = resolve(__dirname, '../..');

interface Service {
  environment?: Record<string, string>;
  volumes?: string[];
  networks?: string[];
  ports?: string[];
  [key: string]: unknown;
}
const compose = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean } | null>;
  volumes: Record<string, null>;
};
const services = Object.entries(compose.services);
const namesOf = (fits: (service: Service) => boolean): string[] =>
  services
    .filter(([, service]) => fits(service))
    .map(([name]) => name)
    .sort();
const mounts = (volume: string) => namesOf(({ volumes = [] }) => volumes.some((line) => line.startsWith(`${volume}:`)));
const target = (line: string) => line.replace(/:ro$/, '').split(':').at(-1)!;

const volumes = ['secrets', 'database-secrets', 'signing-secrets', 'signer-secrets'];
const folder = mkdtempSync(join(tmpdir(), 'breakwater-isolation-'));
const old = { signerKey: 'signer-key-of-an-earlier-version', databasePassword: 'password-of-an-earlier-version' };
const inVolume = (volume: string, name: string) => readFileSync(join(folder, volume, name), 'utf8').trim();
/** Every file of a volume, as one text. */
const contentOf = (volume: string) =>
  readdirSync(join(folder, volume))
    .map((name) => inVolume(volume, name))
    .join('\n');

beforeAll(() => {
  for (const name of [...volumes, 'own']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'secrets', 'signer-key'), `${old.signerKey}\n`);
  writeFileSync(join(folder, 'secrets', 'database-password'), `${old.databasePassword}\n`);
  const init = [join(ROOT, 'deploy/compose/init.mjs'), folder, join(folder, 'own'), ''];
  // Twice, as when all is started again.
  for (let time = 0; time < 2; time++) expect(spawnSync(process.execPath, init, { stdio: 'inherit' }).status).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

it('mounts each volume of secrets where it is needed, and nowhere else', () => {
  expect(mounts('signer-secrets')).toEqual(['init', 'notary-signer']);
  expect(mounts('signing-secrets')).toEqual(['init', 'notary-server', 'notary-signer']);
  expect(mounts('database-secrets')).toEqual(['init', 'migrator', 'postgres']);
  expect(mounts('secrets')).not.toContain('notary-signer');
  const pkcs11 = namesOf(({ volumes: lines = [] }) => lines.some((line) => target(line) === '/pkcs11'));
  expect(pkcs11).toEqual(['notary-signer']);
  for (const [name, { volumes: lines = [] }] of services)
    for (const line of lines)
      if (name !== 'init' && volumes.some((volume) => line.startsWith(`${volume}:`)) && name !== 'certificates')
        expect([name, line]).toEqual([name, expect.stringMatching(/:ro$/)]);
});

it("names the signer's settings in nobody else's environment, and reads no file of settings", () => {
  const told = (pattern: RegExp) =>
    namesOf(({ environment = {} }) => Object.entries(environment).some((entry) => pattern.test(entry.join('='))));
  expect(told(/SIGNER_KEY|SIGNER_PKCS11|signer-key|\/signer-secrets|\/pkcs11/)).toEqual(['notary-signer']);
  expect(told(/NOTARY_SIGNER_SECRET|\/signing-secrets/)).toEqual(['notary-server', 'notary-signer']);
  expect(told(/\/database-secrets/)).toEqual(['migrator', 'postgres']);
  expect(namesOf((service) => 'env_file' in service || 'secrets' in service || 'privileged' in service)).toEqual([]);
});

it('lets nobody but notary-server reach the signer', () => {
  expect(compose.services['notary-signer']!.networks).toEqual(['signing']);
  expect(namesOf(({ networks }) => networks === undefined || networks.includes('signing'))).toEqual([
    'notary-server',
    'notary-signer',
    'postgres',
  ]);
  expect(compose.networks.signing).toEqual({ internal: true });
  expect(namesOf(({ ports }) => ports !== undefined)).toEqual(['nginx']);
});

it('every file that a service is told of is in a volume that it has', () => {
  const made = ['offered-ca.crt', 'server.crt'];
  let checked = 0;
  for (const [name, { environment = {}, volumes: lines = [] }] of services)
    for (const [variable, path] of Object.entries(environment)) {
      const [, volume, file] = /^\/([a-z-]+)\/([a-z.-]+)$/.exec(variable.endsWith('_FILE') ? path : '') ?? [];
      if (volume === undefined || file === undefined) continue;
      expect([name, lines.map(target)]).toEqual([name, expect.arrayContaining([`/${volume}`])]);
      if (!made.includes(file))
        expect([file, statSync(join(folder, volume, file)).mode & 0o777]).toEqual([file, 0o600]);
      checked += 1;
    }
  expect(checked).toBeGreaterThan(15);
});

it('no secret of the signer, and no password of another role, lies in a volume of somebody else', () => {
  const password = (volume: string) => new URL(inVolume(volume, 'database-url')).password;
  const signers = [inVolume('signer-secrets', 'signer-key'), password('signer-secrets')];
  const owners = [inVolume('database-secrets', 'database-password')];
  const signing = [inVolume('signing-secrets', 'notary-signer-secret')];
  expect(new Set([...signers, ...owners, ...signing, password('secrets')]).size).toBe(5);
  const holding = (secret: string) => volumes.filter((volume) => contentOf(volume).includes(secret));
  expect(holding(signers[0]!)).toEqual(['signer-secrets']);
  // Who makes the roles has to know it, and could read the table without.
  expect(holding(signers[1]!)).toEqual(['database-secrets', 'signer-secrets']);
  expect(holding(owners[0]!)).toEqual(['database-secrets']);
  expect(holding(signing[0]!)).toEqual(['signing-secrets']);
});

it('what an earlier version kept for all to read is moved, and stays the same', () => {
  expect(inVolume('signer-secrets', 'signer-key')).toBe(old.signerKey);
  expect(inVolume('database-secrets', 'database-password')).toBe(old.databasePassword);
  for (const name of ['signer-key', 'database-password'])
    expect(readdirSync(join(folder, 'secrets'))).not.toContain(name);
});

it('each role logs in with the database of the same name', () => {
  const users = (['secrets', 'signer-secrets', 'database-secrets'] as const).map(
    (volume) => new URL(inVolume(volume, 'database-url')).username,
  );
  expect(users).toEqual(['breakwater_services', 'breakwater_signer', 'postgres']);
});
