// The CA that is made at the first start. `ca.pem` holds it with its key, and after a roll the cross-certificate as well:
// one file, so that key and certificate always belong together. `ca.crt` is the part for clients.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { hasEnded, isDue } from './lifetime.mjs';
import { partsOf, readIfThere, writeAtOnce } from './pem-files.mjs';
import { crossCertify, makeAuthority } from './x509.mjs';

/**
 * @typedef {{ cert: string, key: string, cross?: string }} Authority PEM; cross: the same name and key, certified by the CA
 *   before it, as long as clients may know only that one
 */

/**
 * The CA, made when there is none, and followed by another one at two thirds of its life, which those who trust it trust.
 * Never replaces one that clients trust: throws when its files are damaged.
 * @param {{ folder: string, now: Date }} options
 * @returns {Authority}
 */
export function ensureAuthority({ folder, now }) {
  const found = load(folder);
  const authority = found ? kept(found, now) : makeAuthority(now);
  if (authority !== found || readIfThere(privateFile(folder)) === undefined) save(folder, authority);
  // Made again after a crash between the two files.
  if (readIfThere(publicFile(folder)) !== authority.cert) publish(folder, authority);
  rmSync(join(folder, 'ca.key'), { force: true });
  return authority;
}

/**
 * Another CA takes over; certificates that it issues are good for those who trust only the one before, too.
 * @param {{ folder: string, now?: Date }} options
 * @returns {Authority} without `cross` when the one before had ended
 */
export function rollAuthority({ folder, now = new Date() }) {
  const found = present(folder);
  if (found.cross && !hasEnded(found.cross, now)) {
    throw new Error('the CA was rolled already, and the one before it is still trusted: end that first (--end)');
  }
  const authority = successor(found, now);
  save(folder, authority);
  publish(folder, authority);
  return authority;
}

/** From now on only those who know the new CA trust its certificates. */
export function endRoll({ folder }) {
  const found = present(folder);
  if (!found.cross) throw new Error('no CA before this one is trusted any more: there is nothing to end');
  const { cert, key } = found;
  save(folder, { cert, key });
}

function kept(authority, now) {
  if (isDue(authority.cert, now)) return successor(authority, now);
  const { cert, key, cross } = authority;
  return cross && hasEnded(cross, now) ? { cert, key } : authority;
}

function successor(before, now) {
  const next = makeAuthority(now);
  if (hasEnded(before.cert, now)) return next;
  return { ...next, cross: crossCertify({ cert: next.cert, issuer: before, now }) };
}

function present(folder) {
  const found = load(folder);
  if (!found) throw new Error(`${folder} holds no CA: nothing was started with it yet`);
  return found;
}

function load(folder) {
  const file = privateFile(folder);
  // A platform that was first started by an earlier version has the key in ca.key.
  const text = readIfThere(file) ?? joined(readIfThere(publicFile(folder)), readIfThere(join(folder, 'ca.key')));
  if (text === undefined) return undefined;
  const {
    certificates: [cert, cross],
    key,
  } = partsOf(text);
  if (!belongTogether(cert, key)) {
    throw new Error(
      `${file} does not hold the CA and its key. Bring it back from a backup. To begin with another CA, which every ` +
        `client must then be given, remove ca.pem and ca.crt from ${folder}`,
    );
  }
  return { cert, key, cross };
}

const joined = (cert, key) => (cert === undefined && key === undefined ? undefined : `${cert ?? ''}${key ?? ''}`);

function belongTogether(cert, key) {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

const privateFile = (folder) => join(folder, 'ca.pem');
const publicFile = (folder) => join(folder, 'ca.crt');

function save(folder, { cert, cross = '', key }) {
  writeAtOnce(privateFile(folder), `${cert}${cross}${key}`, { mode: 0o600 });
}

function publish(folder, { cert }) {
  writeAtOnce(publicFile(folder), cert, { mode: 0o644 });
}
