import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adminPasswordFile, firstShow, generatePassword, loadSecrets, replaceAdminPassword } from './secrets.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'breakwater-secrets-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('generates passwords of 20 characters with upper case, lower case and digits', () => {
  const made = Array.from({ length: 500 }, () => generatePassword());
  for (const password of made) expect(password).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[a-zA-Z\d]{20}$/);
  expect(new Set(made).size).toBe(500);
});

it('makes every secret once and keeps it readable by its owner only', () => {
  const first = loadSecrets(folder, {});
  expect(loadSecrets(folder, {})).toEqual(first);
  expect(new Set(Object.values(first)).size).toBe(Object.keys(first).length);
  expect(statSync(adminPasswordFile(folder)).mode & 0o777).toBe(0o600);
});

it('takes HARBOR_ADMIN_PASSWORD at the first start only', () => {
  expect(loadSecrets(folder, { HARBOR_ADMIN_PASSWORD: 'First12345' }).adminPassword).toBe('First12345');
  expect(loadSecrets(folder, { HARBOR_ADMIN_PASSWORD: 'Second12345' }).adminPassword).toBe('First12345');
  replaceAdminPassword(folder, 'Third12345');
  expect(loadSecrets(folder, {}).adminPassword).toBe('Third12345');
});

it('shows the password once', () => {
  expect([firstShow(folder), firstShow(folder)]).toEqual([true, false]);
});
