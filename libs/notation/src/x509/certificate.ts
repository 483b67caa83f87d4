import { createHash, X509Certificate } from 'node:crypto';
import { type CertificateSummary, orFault, SignatureFault } from '@breakwater/kernel';
import { context, type Der, fieldsOf, readDer, tags } from '../encoding/der';
import { bitsOf, booleanOf, hexIntegerOf, oidOf, timeOf } from '../encoding/der-values';
import { type Attribute, formatName, readName } from './distinguished-name';

/** RFC 5280, as far as signatures need it. */
export interface Certificate {
  /** DER. */
  raw: Buffer;
  /** For its key and for checking who signed it. */
  x509: X509Certificate;
  subject: Attribute[];
  subjectName: string;
  /** DER of the names: they are compared byte by byte. */
  subjectRaw: Buffer;
  issuerRaw: Buffer;
  issuerName: string;
  /** Lower-case hex. */
  serial: string;
  notBefore: Date;
  notAfter: Date;
  /** Dotted, with the hash of RSASSA-PSS where that says more: `1.2.840.113549.1.1.10/2.16.840.1.101.3.4.2.1`. */
  signatureAlgorithm: string;
  extensions: Map<string, Extension>;
  /** SHA-256 of the DER in lower-case hex. */
  thumbprint: string;
  /** The bits of the subject's public key, which OCSP hashes. */
  publicKeyBits: Buffer;
}

interface Extension {
  critical: boolean;
  /** DER. */
  value: Buffer;
}

export function parseCertificate(raw: Buffer): Certificate {
  const [toBeSigned, algorithm] = fieldsOf(readDer(raw), tags.sequence, 'the certificate');
  const fields = fieldsOf(toBeSigned, tags.sequence, 'the body of the certificate');
  if (fields[0]?.tag === context(0)) fields.shift();
  const [serial, , issuer, validity, subject, publicKey, ...optional] = fields;
  if (issuer === undefined || subject === undefined) throw new SignatureFault('the certificate has no names');
  const [notBefore, notAfter] = fieldsOf(validity, tags.sequence, "the certificate's validity");
  const [, keyBits] = fieldsOf(publicKey, tags.sequence, "the certificate's public key");
  const attributes = readName(subject);
  return {
    raw,
    x509: orFault(() => new X509Certificate(raw), 'the certificate cannot be read'),
    subject: attributes,
    subjectName: formatName(attributes),
    subjectRaw: subject.raw,
    issuerRaw: issuer.raw,
    issuerName: formatName(readName(issuer)),
    serial: hexIntegerOf(serial, 'the serial number'),
    notBefore: timeOf(notBefore, 'the start of validity'),
    notAfter: timeOf(notAfter, 'the end of validity'),
    signatureAlgorithm: readAlgorithm(algorithm),
    extensions: readExtensions(optional),
    thumbprint: createHash('sha256').update(raw).digest('hex'),
    publicKeyBits: keyBits?.content.subarray(1) ?? Buffer.alloc(0),
  };
}

const PSS = '1.2.840.113549.1.1.10';

/** RFC 4055 3.1: RSASSA-PSS names its hash in its parameters; without one it is SHA-1. */
export function readAlgorithm(algorithm: Der | undefined): string {
  const [oid, parameters] = fieldsOf(algorithm, tags.sequence, 'a signature algorithm');
  const name = oidOf(oid, 'a signature algorithm');
  if (name !== PSS || parameters?.tag !== tags.sequence) return name;
  const hash = fieldsOf(parameters, tags.sequence, 'parameters').find(({ tag }) => tag === context(0));
  if (hash === undefined) return name;
  const [algorithmOfHash] = fieldsOf(hash, context(0), 'the hash of RSASSA-PSS');
  return `${name}/${oidOf(fieldsOf(algorithmOfHash, tags.sequence, 'the hash of RSASSA-PSS')[0], 'the hash')}`;
}

function readExtensions(optional: Der[]): Map<string, Extension> {
  const extensions = new Map<string, Extension>();
  const field = optional.find(({ tag }) => tag === context(3));
  if (field === undefined) return extensions;
  const [list] = fieldsOf(field, context(3), 'the extensions');
  for (const extension of fieldsOf(list, tags.sequence, 'the extensions')) {
    const [oid, ...rest] = fieldsOf(extension, tags.sequence, 'an extension');
    const name = oidOf(oid, 'an extension');
    // RFC 5280 4.2: not more than one of a kind.
    if (extensions.has(name)) throw new SignatureFault(`the certificate has the extension ${name} twice`);
    const critical = rest[0]?.tag === tags.boolean && booleanOf(rest[0], 'criticality');
    const value = rest.at(-1);
    if (value?.tag !== tags.octetString) throw new SignatureFault(`the extension ${name} has no value`);
    extensions.set(name, { critical, value: value.content });
  }
  return extensions;
}

const oids = { keyUsage: '2.5.29.15', basicConstraints: '2.5.29.19', extendedKeyUsage: '2.5.29.37' } as const;

const usages = [
  'digitalSignature',
  'contentCommitment',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;
export type KeyUsage = (typeof usages)[number];

export function keyUsageOf(certificate: Certificate): { critical: boolean; usages: Set<KeyUsage> } | undefined {
  const extension = certificate.extensions.get(oids.keyUsage);
  if (extension === undefined) return undefined;
  const bits = bitsOf(readDer(extension.value), 'keyUsage');
  return { critical: extension.critical, usages: new Set(usages.filter((_, bit) => bits.has(bit))) };
}

/** Dotted identifiers of the purposes. */
export function extendedKeyUsageOf(certificate: Certificate): { critical: boolean; purposes: string[] } | undefined {
  const extension = certificate.extensions.get(oids.extendedKeyUsage);
  if (extension === undefined) return undefined;
  const list = fieldsOf(readDer(extension.value), tags.sequence, 'extendedKeyUsage');
  return { critical: extension.critical, purposes: list.map((oid) => oidOf(oid, 'a purpose')) };
}

export interface BasicConstraints {
  critical: boolean;
  isCa: boolean;
  pathLength?: number;
}

export function basicConstraintsOf(certificate: Certificate): BasicConstraints | undefined {
  const extension = certificate.extensions.get(oids.basicConstraints);
  if (extension === undefined) return undefined;
  const fields = fieldsOf(readDer(extension.value), tags.sequence, 'basicConstraints');
  const isCa = fields[0]?.tag === tags.boolean && booleanOf(fields[0], 'cA');
  const length = fields.find(({ tag }) => tag === tags.integer);
  return {
    critical: extension.critical,
    isCa,
    ...(length !== undefined && { pathLength: Number.parseInt(hexIntegerOf(length, 'pathLenConstraint'), 16) }),
  };
}

/** Whether `issuer` names and signed it. */
export function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  if (!certificate.issuerRaw.equals(issuer.subjectRaw)) return false;
  try {
    return certificate.x509.verify(issuer.x509.publicKey);
  } catch {
    return false;
  }
}

export const isSelfIssued = (certificate: Certificate): boolean => isIssuedBy(certificate, certificate);

export function summarize(certificate: Certificate): CertificateSummary {
  const { subjectName, issuerName, serial, thumbprint, notBefore, notAfter } = certificate;
  return { subject: subjectName, issuer: issuerName, serial, thumbprint, notBefore, notAfter };
}
