import { parseCosignKey, parseSigstoreRoot } from '@breakwater/cosign';
import { AppError, digestOf } from '@breakwater/kernel';
import { isAcceptedAlgorithm, parseTrustStoreFile, type Certificate } from '@breakwater/notation';
import type { KeyObject } from 'node:crypto';
import type { NamedStore } from './project-trust-policy';
import { isStoreKind, type MaterialKind, type NewMaterial } from './trust-material';

export interface UploadedFile {
  kind: MaterialKind;
  name: string;
  content: string;
}

/** Reads what a person uploads: a file of certificates is one material for each. Throws BAD_REQUEST that says what is wrong. */
export function readMaterials({ kind, name, content }: UploadedFile): NewMaterial[] {
  refusePrivateKeys(content);
  if (isStoreKind(kind)) return readCertificates(kind, name, content);
  return [kind === 'cosignKey' ? readKey(name, content) : readRoot(name, content)];
}

function refusePrivateKeys(content: string): void {
  // PEM of every kind, Cosign's included, and the private part of a JSON Web Key.
  if (!/PRIVATE KEY-----|"d"\s*:\s*"[\w-]{40,}"/.test(content)) return;
  throw refused(
    'file',
    'it holds a private key. Nothing of it was kept, but consider the key as seen by others: make a new one, and upload only the certificate or the public key',
  );
}

const others: readonly [RegExp, string][] = [
  [/-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----/, 'it is a request for a certificate: upload the certificate itself'],
  [/-----BEGIN (?:RSA )?PUBLIC KEY-----/, 'it is a public key: upload it as a key of Cosign (kind cosignKey)'],
  [
    /-----BEGIN TRUSTED CERTIFICATE-----/,
    'it is in the form that only OpenSSL reads: convert it (openssl x509 -in … )',
  ],
  [/-----BEGIN PKCS ?7-----/, 'it is PKCS #7: convert it (openssl pkcs7 -print_certs -in … )'],
];
const [BEGIN, END] = [/-----BEGIN CERTIFICATE-----/g, /-----END CERTIFICATE-----/g];

function readCertificates(kind: NamedStore['type'], name: string, content: string): NewMaterial[] {
  const other = others.find(([pattern]) => pattern.test(content));
  if (other !== undefined) throw refused('certificate', other[1]);
  const [begun, ended] = [BEGIN, END].map((pattern) => content.match(pattern)?.length ?? 0);
  if (begun === 0) throw refused('certificate', 'a certificate in PEM is expected: -----BEGIN CERTIFICATE----- …');
  const certificates = parseTrustStoreFile(Buffer.from(content, 'latin1'), kind);
  if (begun !== ended || begun !== certificates.length)
    throw refused(
      'certificate',
      `the file begins ${begun} certificates, and ${certificates.length} can be read: is it cut off?`,
    );
  for (const certificate of certificates) assertAcceptable(certificate);
  const distinct = new Map(certificates.map((certificate) => [certificate.thumbprint, certificate]));
  return [...distinct.values()].map((certificate) => toMaterial(kind, name, certificate));
}

/** Of one in DER: ten times what the largest in use have. */
const maxCertificate = 32_768;

/** signature-specification.md "Certificate Requirements" hold for every certificate of a chain: nothing could be valid. */
function assertAcceptable({ raw, subjectName, signatureAlgorithm, x509: { publicKey } }: Certificate): void {
  if (raw.length > maxCertificate)
    throw refused('certificate', `"${subjectName}" has more than ${maxCertificate} bytes`);
  if (!isAcceptedAlgorithm(signatureAlgorithm))
    throw refused(
      'certificate',
      `"${subjectName}" is not signed with SHA-2 and RSA or ECDSA, and Notation accepts no other`,
    );
  if (publicKey.asymmetricKeyType === 'rsa' && (publicKey.asymmetricKeyDetails?.modulusLength ?? 0) < 2048)
    throw refused('certificate', `"${subjectName}" has an RSA key of less than 2048 bits`);
}

function toMaterial(kind: NamedStore['type'], name: string, certificate: Certificate): NewMaterial {
  const { subjectName, issuerName, serial, notBefore, notAfter, thumbprint, x509 } = certificate;
  return {
    kind,
    name,
    content: x509.toString(),
    thumbprint,
    details: {
      certificate: {
        subject: subjectName,
        issuer: issuerName,
        serial,
        notBefore: notBefore.toISOString(),
        notAfter: notAfter.toISOString(),
      },
      algorithm: algorithmOf(x509.publicKey),
    },
  };
}

function readKey(name: string, content: string): NewMaterial {
  if (/-----BEGIN CERTIFICATE-----/.test(content))
    throw refused(
      'key',
      'it is a certificate: upload it to a trust store of Notation (kind ca), or take the public key out of it',
    );
  const { key, thumbprint } = parseCosignKey(name, content);
  const pem = key.export({ type: 'spki', format: 'pem' }).toString();
  return { kind: 'cosignKey', name, content: pem, thumbprint, details: { algorithm: algorithmOf(key) } };
}

function readRoot(name: string, content: string): NewMaterial {
  parseSigstoreRoot(parsedJson(content));
  const thumbprint = digestOf(Buffer.from(content)).slice('sha256:'.length);
  return { kind: 'sigstoreRoot', name, content, thumbprint, details: {} };
}

function parsedJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (cause) {
    throw refused('trusted root', 'a trusted_root.json is expected, and this is not JSON', cause);
  }
}

const curves = new Map([
  ['prime256v1', 'P-256'],
  ['secp384r1', 'P-384'],
  ['secp521r1', 'P-521'],
]);

function algorithmOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): string {
  if (type === 'rsa') return `RSA ${details?.modulusLength}`;
  if (type === 'ec') return `ECDSA ${curves.get(details?.namedCurve ?? '') ?? details?.namedCurve}`;
  return type === 'ed25519' ? 'Ed25519' : String(type);
}

function refused(what: 'file' | 'certificate' | 'key' | 'trusted root', problem: string, cause?: unknown): AppError {
  return new AppError('BAD_REQUEST', `invalid ${what}: ${problem}`, { reason: 'trust.material_invalid', cause });
}
