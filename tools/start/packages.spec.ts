import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePackages } from './packages.mjs';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'breakwater-packages-'));
  lock('package-lock.json', {
    'node_modules/pg': { version: '8.1.0' },
    'node_modules/other': { version: '1.0.0', optional: true },
  });
});
afterEach(() => rmSync(root, { recursive: true }));

const lock = (path: string, packages: object) => writeFileSync(join(root, path), JSON.stringify({ packages }));
const check = () => ensurePackages(root, { install: false });

it('is content when every package has the version of the lock file; optional ones may be missing', async () => {
  mkdirSync(join(root, 'node_modules'));
  lock('node_modules/.package-lock.json', { 'node_modules/pg': { version: '8.1.0' } });
  await expect(check()).resolves.toBeUndefined();
});

it('sees packages that are absent, half-installed or of another version', async () => {
  await expect(check()).rejects.toThrow('packages are not installed: run "npm ci" first');
  mkdirSync(join(root, 'node_modules'));
  await expect(check()).rejects.toThrow('packages are out of date');
  lock('node_modules/.package-lock.json', { 'node_modules/pg': { version: '8.0.0' } });
  await expect(check()).rejects.toThrow('packages are out of date');
});

it('never installs through a link, which would empty the folder behind it', async () => {
  mkdirSync(join(root, 'elsewhere/pg'), { recursive: true });
  symlinkSync('elsewhere', join(root, 'node_modules'));
  await expect(ensurePackages(root)).rejects.toThrow('node_modules is a link');
  expect(existsSync(join(root, 'elsewhere/pg'))).toBe(true);
});
