// TLS for the front door: the operator's certificate, or one from a CA that is made at the first start.
import { createPrivateKey, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { chownSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import forge from 'node-forge';

const DAY = 86_400_000;
const CA_DAYS = 3_650;
/** The longest life that Apple's and other clients accept for a server certificate. */
const SERVER_DAYS = 825;
const RENEW_BEFORE_DAYS = 30;

/**
 * @param {{ folder: string, names: string[], account?: import('../services/account.mjs').Account, now?: Date }} options
 * @returns {{ cert: string, key: string, ca: string, changed: boolean }} PEM files
 */
export function ensureCertificates({ folder, names, account, now = new Date() }) {
  const files = {
    caCert: join(folder, 'ca.crt'),
    caKey: join(folder, 'ca.key'),
    cert: join(folder, 'server.crt'),
    key: join(folder, 'server.key'),
  };
  let changed = false;
  if (!usableCa(files, now)) {
    const ca = makeCa(now);
    write(files.caKey, ca.key, 0o600);
    write(files.caCert, ca.cert, 0o644);
    changed = true;
  }
  if (!usableServer(files, names, now)) {
    const server = makeServer({ ca: { cert: read(files.caCert), key: read(files.caKey) }, names, now });
    write(files.key, server.key, 0o600, account);
    write(files.cert, server.cert, 0o644);
    changed = true;
  }
  return { cert: files.cert, key: files.key, ca: files.caCert, changed };
}

/**
 * Copies the operator's files to where nginx may read them. Throws when they cannot work together.
 * @param {{ folder: string, cert: string, key: string, ca?: string, account?: import('../services/account.mjs').Account }} options
 */
export function adoptCertificate({ folder, cert, key, ca, account }) {
  const pem = read(cert);
  const certificate = new X509Certificate(pem);
  if (!certificate.checkPrivateKey(createPrivateKey(read(key)))) throw new Error(`${key} is not the key of ${cert}`);
  if (new Date(certificate.validTo) < new Date()) throw new Error(`${cert} expired on ${certificate.validTo}`);
  if (!certificate.subjectAltName) {
    throw new Error(
      `${cert} has no subjectAltName: docker and browsers refuse it (openssl: -extfile with subjectAltName=DNS:…)`,
    );
  }
  const files = { cert: join(folder, 'own.crt'), key: join(folder, 'own.key'), ca };
  write(files.key, read(key), 0o600, account);
  write(files.cert, pem, 0o644);
  return { ...files, changed: false };
}

function usableCa({ caCert, caKey }, now) {
  if (!existsSync(caCert) || !existsSync(caKey)) return false;
  return validUntil(read(caCert)) > now.getTime() + RENEW_BEFORE_DAYS * DAY;
}

function usableServer({ caCert, cert, key }, names, now) {
  if (!existsSync(cert) || !existsSync(key)) return false;
  const certificate = new X509Certificate(read(cert));
  if (!certificate.verify(new X509Certificate(read(caCert)).publicKey)) return false;
  if (validUntil(read(cert)) < now.getTime() + RENEW_BEFORE_DAYS * DAY) return false;
  return names.every((name) => (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined);
}

const validUntil = (pem) => Date.parse(new X509Certificate(pem).validTo);

function makeCa(now) {
  const { privateKey, publicKey, key } = makeKey();
  const id = randomBytes(4).toString('hex');
  const name = [
    { name: 'commonName', value: `Breakwater CA ${id}` },
    { name: 'organizationName', value: 'Breakwater' },
  ];
  const certificate = blank({ publicKey, subject: name, issuer: name, days: CA_DAYS, now });
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  certificate.sign(privateKey, forge.md.sha256.create());
  return { cert: forge.pki.certificateToPem(certificate), key };
}

function makeServer({ ca, names, now }) {
  const issuer = forge.pki.certificateFromPem(ca.cert);
  const { publicKey, key } = makeKey();
  const subject = [{ name: 'commonName', value: names[0].slice(0, 64) }];
  const certificate = blank({ publicKey, subject, issuer: issuer.subject.attributes, days: SERVER_DAYS, now });
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectKeyIdentifier' },
    { name: 'authorityKeyIdentifier', keyIdentifier: issuer.generateSubjectKeyIdentifier().getBytes() },
    // RFC 5280 4.2.1.6: type 2 is a DNS name, 7 an address.
    {
      name: 'subjectAltName',
      altNames: names.map((name) => (isIP(name) ? { type: 7, ip: name } : { type: 2, value: name })),
    },
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(ca.key), forge.md.sha256.create());
  return { cert: forge.pki.certificateToPem(certificate), key };
}

function blank({ publicKey, subject, issuer, days, now }) {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = publicKey;
  // RFC 5280 4.1.2.2: positive, at most 20 octets.
  certificate.serialNumber = serialNumber();
  // An hour back, for clients whose clock is behind; the whole life stays within the limit.
  certificate.validity.notBefore = new Date(now.getTime() - 3_600_000);
  certificate.validity.notAfter = new Date(now.getTime() + days * DAY - 3_600_000 - 1_000);
  certificate.setSubject(subject);
  certificate.setIssuer(issuer);
  return certificate;
}

/** Node makes the key (milliseconds instead of seconds in JavaScript), forge signs with it. */
function makeKey() {
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  const privateKey = forge.pki.privateKeyFromPem(key);
  return { privateKey, publicKey: forge.pki.setRsaPublicKey(privateKey.n, privateKey.e), key };
}

const read = (path) => readFileSync(path, 'utf8');

function write(path, text, mode, account) {
  writeFileSync(path, text, { mode });
  if (account) chownSync(path, account.uid, account.gid);
}

/** Positive, and without leading zeros, which DER forbids: OpenSSL refuses such a certificate. */
function serialNumber() {
  const bytes = randomBytes(16);
  bytes[0] = 0x40 | (bytes[0] & 0x3f);
  return bytes.toString('hex');
}
