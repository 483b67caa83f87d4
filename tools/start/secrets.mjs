// Secrets of this installation: made once, kept in files that only their owner can read.
import { randomBytes, randomInt } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readVariable } from './environment.mjs';

const ADMIN_PASSWORD = 'admin-password';
const SIGNER_TOKEN = ['LIBRARY', 'TOKEN', 'PIN', 'SESSIONS'].map((name) => `SIGNER_PKCS11_${name}`);
/** What the last start told core, addresses and secrets included. */
export const RUN_STATE = 'run-state.json';
const LETTERS = { lower: 'abcdefghijkmnpqrstuvwxyz', upper: 'ABCDEFGHJKLMNPQRSTUVWXYZ', digits: '23456789' };

const token = () => randomBytes(32).toString('base64url');

/**
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} [env]
 */
export function loadSecrets(folder, env = process.env) {
  return {
    ...loadSharedSecrets(folder, env),
    ...loadSignerSecrets(folder, env),
    ...loadSigningSecrets(folder, env),
    ...loadDatabaseSecrets(folder),
  };
}

/** What no other service than notary-signer is told; `signerToken`: its settings for a PKCS#11 token, if there is one. */
export function loadSignerSecrets(folder, env = process.env) {
  const given = SIGNER_TOKEN.map((name) => [name, readVariable(name, env)]).filter(([, value]) => value !== undefined);
  return {
    signerKey: readVariable('SIGNER_KEY', env) ?? keep(folder, 'signer-key', token),
    signerKeyPrevious: readVariable('SIGNER_KEY_PREVIOUS', env),
    signerToken: Object.fromEntries(given),
  };
}

/** What notary-server asks the signer with. */
export function loadSigningSecrets(folder, env = process.env) {
  return {
    notarySignerSecret: readVariable('NOTARY_SIGNER_SECRET', env) ?? keep(folder, 'notary-signer-secret', token),
  };
}

/** Of the cluster's owner, and of the two roles that the services log in with. */
export function loadDatabaseSecrets(folder) {
  return {
    databasePassword: keep(folder, 'database-password', token),
    servicesDatabasePassword: keep(folder, 'database-password-services', token),
    signerDatabasePassword: keep(folder, 'database-password-signer', token),
  };
}

export function loadSharedSecrets(folder, env = process.env) {
  return {
    secretKey: readVariable('SECRET_KEY', env) ?? keep(folder, 'secret-key', token),
    internalSecret: readVariable('INTERNAL_SECRET', env) ?? keep(folder, 'internal-secret', token),
    redisPassword: keep(folder, 'redis-password', token),
    // Only the first start looks at the variable: afterwards the password lives in the database.
    adminPassword: keep(folder, ADMIN_PASSWORD, () => readVariable('HARBOR_ADMIN_PASSWORD', env) ?? generatePassword()),
  };
}

export const adminPasswordFile = (folder) => join(folder, ADMIN_PASSWORD);

export function replaceAdminPassword(folder, password) {
  writeFileSync(adminPasswordFile(folder), `${password}\n`, { mode: 0o600 });
}

/** Whether the password was shown to somebody already; asking marks it as shown. */
export function firstShow(folder) {
  const mark = join(folder, 'admin-password.shown');
  if (existsSync(mark)) return false;
  writeFileSync(mark, '', { mode: 0o600 });
  return true;
}

/** 20 characters that nobody confuses when reading them aloud, with upper and lower case and digits. */
export function generatePassword(length = 20) {
  const all = Object.values(LETTERS).join('');
  const pick = (set) => set[randomInt(set.length)];
  for (;;) {
    const password = Array.from({ length }, () => pick(all)).join('');
    if (Object.values(LETTERS).every((set) => [...password].some((letter) => set.includes(letter)))) return password;
  }
}

function keep(folder, name, make) {
  const file = join(folder, name);
  if (existsSync(file)) {
    const kept = readFileSync(file, 'utf8').trim();
    if (kept) return kept;
  }
  const value = make();
  writeFileSync(file, `${value}\n`, { mode: 0o600 });
  return value;
}
