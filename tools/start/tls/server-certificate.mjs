// What the front door shows. `server.pem` holds certificate, chain and key in one file: whatever happens while it is
// written, they belong together. `server.crt` is the part without the key.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { hasEnded, isDue, notYet } from './lifetime.mjs';
import { partsOf, readIfThere, writeAtOnce } from './pem-files.mjs';
import { makeServer } from './x509.mjs';

export const serverFiles = (folder) => ({ pem: join(folder, 'server.pem'), crt: join(folder, 'server.crt') });

/**
 * Why another server certificate is needed; undefined: it is not. Pure.
 * @param {string | undefined} text of server.pem
 * @param {{ authority: import('./authority.mjs').Authority, names: string[], now: Date }} wanted
 * @returns {'absent' | 'authority' | 'life' | 'names' | undefined}
 */
export function renewalReason(text, { authority, names, now }) {
  const pair = text === undefined ? undefined : parsedPair(text);
  if (!pair) return 'absent';
  const { certificate, pem, chain } = pair;
  if (!isIssuedBy(authority, certificate, chain)) return 'authority';
  if (isDue(pem, now) || notYet(pem, now)) return 'life';
  return names.every((name) => covers(certificate, name)) ? undefined : 'names';
}

/** undefined when it is damaged. */
function parsedPair(text) {
  const {
    certificates: [pem, ...chain],
    key,
  } = partsOf(text);
  try {
    const certificate = new X509Certificate(pem);
    return certificate.checkPrivateKey(createPrivateKey(key)) ? { certificate, pem, chain } : undefined;
  } catch {
    return undefined;
  }
}

const isIssuedBy = ({ cert, cross = '' }, certificate, chain) =>
  certificate.verify(new X509Certificate(cert).publicKey) && chain.join('') === cross;

const covers = (certificate, name) =>
  (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;

/** server.pem as it should be now: as it is, or made anew. */
export function issuedPair({ folder, authority, names, now }) {
  const text = readIfThere(serverFiles(folder).pem);
  if (text !== undefined && !renewalReason(text, { authority, names, now })) return text;
  const { cert, key } = makeServer({ issuer: authority, names, now });
  return `${cert}${authority.cross ?? ''}${key}`;
}

/**
 * The operator's two files as server.pem should be. Throws, with the name of the file, when clients could not use them.
 * @param {{ cert: string, key: string, now: Date }} files PEM: the certificate with its chain, and its key
 */
export function operatorsPair({ cert, key, now }) {
  const { certificates } = partsOf(read(cert));
  const privateKey = partsOf(read(key)).key;
  const [pem] = certificates;
  const certificate = attempt(`${cert} is no PEM certificate`, () => new X509Certificate(pem ?? ''));
  const parsed = attempt(`${key} is no PEM key without a passphrase`, () => createPrivateKey(privateKey ?? ''));
  if (!certificate.checkPrivateKey(parsed)) throw new Error(`${key} is not the key of ${cert}`);
  if (hasEnded(pem, now)) throw new Error(`${cert} expired on ${certificate.validTo}`);
  if (notYet(pem, now)) throw new Error(`${cert} is not valid before ${certificate.validFrom}`);
  if (!certificate.subjectAltName) {
    throw new Error(
      `${cert} has no subjectAltName: docker and browsers refuse it (openssl: -extfile with subjectAltName=DNS:…)`,
    );
  }
  return `${certificates.join('')}${privateKey}`;
}

/**
 * @param {{ folder: string, text: string, account?: import('../../services/account.mjs').Account }} options
 * @returns {boolean} whether it was another one before
 */
export function placePair({ folder, text, account }) {
  const files = serverFiles(folder);
  const changed = readIfThere(files.pem) !== text;
  // The start of another day may be another person's: root runs nginx under an account.
  if (changed || isForeign(files.pem, account)) writeAtOnce(files.pem, text, { mode: 0o600, account });
  const open = partsOf(text).certificates.join('');
  // Made again after a crash between the two files.
  if (readIfThere(files.crt) !== open) writeAtOnce(files.crt, open, { mode: 0o644 });
  return changed;
}

const isForeign = (path, account) => account !== undefined && statSync(path).uid !== account.uid;

function read(path) {
  return attempt(`${path} cannot be read`, () => readFileSync(path, 'utf8'));
}

function attempt(problem, work) {
  try {
    return work();
  } catch (error) {
    throw new Error(`${problem}: ${error.message}`, { cause: error });
  }
}
