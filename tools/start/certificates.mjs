// TLS for the front door: the operator's certificate, or one from a CA that is made at the first start.
import { join } from 'node:path';
import { ensureAuthority } from './tls/authority.mjs';
import { issuedPair, operatorsPair, placePair, serverFiles } from './tls/server-certificate.mjs';

/**
 * @typedef {{ cert: string, key: string, shown: string, changed: boolean }} CertificateFiles PEM: certificate and key are in
 *   one file, `shown` is what clients see of it
 * @typedef {import('../services/account.mjs').Account} Account
 */

/**
 * A certificate for all names, from the CA in the folder; what is missing, or close to its end, is made.
 * @param {{ folder: string, names: string[], account?: Account, now?: Date }} options
 * @returns {CertificateFiles & { ca: string }} ca: what clients need to trust it
 */
export function ensureCertificates({ folder, names, account, now = new Date() }) {
  const changed = placePair({ folder, text: wantedPair({ folder, names, now }), account });
  return { ...filesIn(folder), changed, ca: join(folder, 'ca.crt') };
}

/**
 * Copies the operator's files to where nginx may read them. Throws when they cannot work.
 * @param {{ folder: string, cert: string, key: string, ca?: string, account?: Account, now?: Date }} options
 * @returns {CertificateFiles & { ca?: string }}
 */
export function adoptCertificate({ folder, cert, key, ca, account, now = new Date() }) {
  const changed = placePair({ folder, text: wantedPair({ folder, own: { cert, key }, now }), account });
  return { ...filesIn(folder), changed, ca };
}

/**
 * What `server.pem` should hold now. Makes a CA when one is due, and otherwise writes nothing.
 * @param {{ folder: string, names?: string[], own?: { cert: string, key: string }, now?: Date }} options
 */
export function wantedPair({ folder, names, own, now = new Date() }) {
  if (own) return operatorsPair({ ...own, now });
  return issuedPair({ folder, names, now, authority: ensureAuthority({ folder, now }) });
}

function filesIn(folder) {
  const { pem, crt } = serverFiles(folder);
  return { cert: pem, key: pem, shown: crt };
}
