// Makes keys and certificates, as PEM texts. Touches no file; the clock is the caller's.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import forge from 'node-forge';

const DAY = 86_400_000;
const CA_DAYS = 3_650;
/** The longest life that Apple's and other clients accept for a server certificate. */
const SERVER_DAYS = 825;

/** A CA of its own name, so that two of them are never taken for one another. */
export function makeAuthority(now) {
  const { privateKey, publicKey, key } = makeKey();
  const name = [
    { name: 'commonName', value: `Breakwater CA ${randomBytes(4).toString('hex')}` },
    { name: 'organizationName', value: 'Breakwater' },
  ];
  const certificate = blank({ publicKey, subject: name, issuer: name, now, days: CA_DAYS });
  certificate.setExtensions(authorityExtensions());
  return { cert: signed(certificate, privateKey), key };
}

/**
 * The key and the name of one CA, certified by another one: who trusts only that one gets from a server certificate of
 * the first to the CA they know (RFC 4949, cross-certificate).
 * @param {{ cert: string, issuer: { cert: string, key: string }, now: Date }} options
 */
export function crossCertify({ cert, issuer, now }) {
  const certified = forge.pki.certificateFromPem(cert);
  const by = forge.pki.certificateFromPem(issuer.cert);
  const { publicKey } = certified;
  const [subject, signer] = [certified.subject.attributes, by.subject.attributes];
  const certificate = blank({ publicKey, subject, issuer: signer, now, days: CA_DAYS, notAfter: by.validity.notAfter });
  certificate.setExtensions([
    ...authorityExtensions(),
    { name: 'authorityKeyIdentifier', keyIdentifier: by.generateSubjectKeyIdentifier().getBytes() },
  ]);
  return signed(certificate, forge.pki.privateKeyFromPem(issuer.key));
}

/**
 * A certificate for a server, which does not outlive its CA.
 * @param {{ issuer: { cert: string, key: string }, names: string[], now: Date }} options
 */
export function makeServer({ issuer, names, now }) {
  const by = forge.pki.certificateFromPem(issuer.cert);
  const { publicKey, key } = makeKey();
  const subject = [{ name: 'commonName', value: names[0].slice(0, 64) }];
  const certificate = blank({
    publicKey,
    subject,
    issuer: by.subject.attributes,
    now,
    days: SERVER_DAYS,
    notAfter: by.validity.notAfter,
  });
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectKeyIdentifier' },
    { name: 'authorityKeyIdentifier', keyIdentifier: by.generateSubjectKeyIdentifier().getBytes() },
    // RFC 5280 4.2.1.6: type 2 is a DNS name, 7 an address.
    {
      name: 'subjectAltName',
      altNames: names.map((name) => (isIP(name) ? { type: 7, ip: name } : { type: 2, value: name })),
    },
  ]);
  return { cert: signed(certificate, forge.pki.privateKeyFromPem(issuer.key)), key };
}

const authorityExtensions = () => [
  { name: 'basicConstraints', cA: true, critical: true },
  { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
  { name: 'subjectKeyIdentifier' },
];

function signed(certificate, privateKey) {
  certificate.sign(privateKey, forge.md.sha256.create());
  return forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n');
}

function blank({ publicKey, subject, issuer, now, days, notAfter }) {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = publicKey;
  certificate.serialNumber = serialNumber();
  // An hour back, for clients whose clock is behind; the whole life stays within the limit.
  const from = now.getTime() - 3_600_000;
  const to = from + days * DAY - 1_000;
  certificate.validity.notBefore = new Date(from);
  certificate.validity.notAfter = new Date(Math.min(to, notAfter?.getTime() ?? to));
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

/** RFC 5280 4.1.2.2: positive, at most 20 octets; without leading zeros, which DER forbids and OpenSSL refuses. */
function serialNumber() {
  const bytes = randomBytes(16);
  bytes[0] = 0x40 | (bytes[0] & 0x3f);
  return bytes.toString('hex');
}
