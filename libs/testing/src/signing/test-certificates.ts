import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { context, der, derInteger, derNull, derOid, tags } from '@breakwater/notation/encoding';

/** Certificates made byte by byte, so that a test can have one that no authority would issue. */
export interface TestCertificate {
  der: Buffer;
  privateKey: KeyObject;
  publicKey: KeyObject;
  serial: string;
  /** DER of the subject. */
  name: Buffer;
  issuerName: Buffer;
}

export type KeyKind = 'rsa2048' | 'rsa3072' | 'rsa4096' | 'rsa1024' | 'p256' | 'p384' | 'p521' | 'k256' | 'ed25519';
export interface KeyPair {
  privateKey: KeyObject;
  publicKey: KeyObject;
}

const curves = { p256: 'prime256v1', p384: 'secp384r1', p521: 'secp521r1', k256: 'secp256k1' };
const kept = new Map<KeyKind, KeyPair>();

export function makeKeyPair(kind: KeyKind): KeyPair {
  if (kind === 'ed25519') return generateKeyPairSync('ed25519');
  if (kind.startsWith('rsa')) return generateKeyPairSync('rsa', { modulusLength: Number(kind.slice(3)) });
  return generateKeyPairSync('ec', { namedCurve: curves[kind as keyof typeof curves] });
}

/** One key of a kind for the whole test file: large RSA keys take seconds. */
export function sharedKeyPair(kind: KeyKind): KeyPair {
  const pair = kept.get(kind) ?? makeKeyPair(kind);
  kept.set(kind, pair);
  return pair;
}

export interface CertificateRequest {
  /** `C=US, ST=WA, O=acme, CN=builder` */
  subject: string;
  keys?: KeyPair;
  /** Itself when left out. */
  issuer?: TestCertificate;
  notBefore?: Date;
  notAfter?: Date;
  /** `false`: not in the certificate. */
  basicConstraints?: { ca: boolean; pathLength?: number; critical?: boolean } | false;
  /** Bit positions of RFC 5280 4.2.1.3; `false`: not in the certificate. */
  keyUsage?: { bits: number[]; critical?: boolean } | false;
  extendedKeyUsage?: { purposes: string[]; critical?: boolean };
  ocspUrl?: string;
  crlUrl?: string;
  extensions?: Buffer[];
  hash?: 'sha1' | 'sha256' | 'sha384' | 'sha512';
}

export const usageBits = { digitalSignature: 0, keyEncipherment: 2, keyCertSign: 5, cRLSign: 6 };
export const purposes = {
  codeSigning: '1.3.6.1.5.5.7.3.3',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
  any: '2.5.29.37.0',
};

const HOUR = 3_600_000;

/** A signing certificate unless told otherwise: valid from an hour ago for a year. */
export function makeCertificate(request: CertificateRequest): TestCertificate {
  const keys = request.keys ?? makeKeyPair('p256');
  const name = encodeName(request.subject);
  const signer = request.issuer ?? { ...keys, name };
  const serial = `4${randomBytes(8).toString('hex').slice(1)}`;
  const algorithm = signatureAlgorithm(signer.privateKey, request.hash ?? 'sha256');
  const body = der(
    tags.sequence,
    der(context(0), derInteger('02')),
    derInteger(serial),
    algorithm,
    signer.name,
    der(
      tags.sequence,
      derTime(request.notBefore ?? new Date(Date.now() - HOUR)),
      derTime(request.notAfter ?? new Date(Date.now() + 365 * 24 * HOUR)),
    ),
    name,
    keys.publicKey.export({ type: 'spki', format: 'der' }),
    der(context(3), der(tags.sequence, ...encodeExtensions(request))),
  );
  const signature = signDer(signer.privateKey, body, request.hash ?? 'sha256');
  const certificate = der(tags.sequence, body, algorithm, bitString(signature));
  return { der: certificate, ...keys, serial, name, issuerName: signer.name };
}

export function makeRoot(subject: string, request: Partial<CertificateRequest> = {}): TestCertificate {
  return makeCertificate({
    subject,
    basicConstraints: { ca: true },
    keyUsage: { bits: [usageBits.keyCertSign, usageBits.cRLSign] },
    ...request,
  });
}

export const toPem = (certificate: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64').replace(/(.{64})(?=.)/g, '$1\n')}\n-----END CERTIFICATE-----\n`;

export function signDer(key: KeyObject, content: Buffer, hash: string): Buffer {
  return sign(key.asymmetricKeyType === 'ed25519' ? null : hash, content, key);
}

/** RSA with PKCS #1 v1.5 and ECDSA; the last arc of the identifier tells the hash. */
export function signatureAlgorithm(key: KeyObject, hash: string): Buffer {
  if (key.asymmetricKeyType === 'ed25519') return der(tags.sequence, derOid('1.3.101.112'));
  const step = ['sha256', 'sha384', 'sha512'].indexOf(hash);
  if (key.asymmetricKeyType === 'rsa') {
    return der(tags.sequence, derOid(`1.2.840.113549.1.1.${step < 0 ? 5 : 11 + step}`), derNull);
  }
  return der(tags.sequence, derOid(step < 0 ? '1.2.840.10045.4.1' : `1.2.840.10045.4.3.${2 + step}`));
}

const attributeTypes: Record<string, string> = {
  CN: '2.5.4.3',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  O: '2.5.4.10',
  OU: '2.5.4.11',
};

export function encodeName(text: string): Buffer {
  const attributes = text.split(', ').map((part) => {
    const [type = '', value = ''] = part.split('=');
    const attribute = der(tags.sequence, derOid(attributeTypes[type]!), der(0x0c, Buffer.from(value)));
    return der(tags.set, attribute);
  });
  return der(tags.sequence, ...attributes);
}

export function derTime(time: Date): Buffer {
  const digits = time.toISOString().replace(/\.\d+/, '').replace(/[-:T]/g, '');
  const year = time.getUTCFullYear();
  return year >= 2050 || year < 1950
    ? der(tags.generalizedTime, Buffer.from(digits))
    : der(tags.utcTime, Buffer.from(digits.slice(2)));
}

export const bitString = (bytes: Buffer): Buffer => der(tags.bitString, Buffer.from([0]), bytes);
export const derTrue = der(tags.boolean, Buffer.from([0xff]));
export const octets = (...parts: Uint8Array[]): Buffer => der(tags.octetString, ...parts);
export const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

export function extension(oid: string, value: Buffer, critical = false): Buffer {
  return der(tags.sequence, derOid(oid), ...(critical ? [derTrue] : []), octets(value));
}

/** `[0] { [0] { [6] url } }` inside the list of points. */
export const distributionPoints = (url: string): Buffer =>
  der(tags.sequence, der(tags.sequence, der(context(0), der(context(0), der(0x86, Buffer.from(url))))));

function encodeExtensions(request: CertificateRequest): Buffer[] {
  const { basicConstraints = { ca: false }, keyUsage = { bits: [usageBits.digitalSignature] } } = request;
  return [
    ...(request.extensions ?? []),
    ...(basicConstraints ? [encodeConstraints(basicConstraints)] : []),
    ...(keyUsage ? [extension('2.5.29.15', encodeBits(keyUsage.bits), keyUsage.critical ?? true)] : []),
    ...(request.extendedKeyUsage ? [encodePurposes(request.extendedKeyUsage)] : []),
    ...(request.ocspUrl ? [encodeOcspUrl(request.ocspUrl)] : []),
    ...(request.crlUrl ? [extension('2.5.29.31', distributionPoints(request.crlUrl))] : []),
  ];
}

function encodeConstraints({
  ca,
  pathLength,
  critical = true,
}: {
  ca: boolean;
  pathLength?: number;
  critical?: boolean;
}) {
  const length = pathLength === undefined ? [] : [der(tags.integer, Buffer.from([pathLength]))];
  return extension('2.5.29.19', der(tags.sequence, ...(ca ? [derTrue] : []), ...length), critical);
}

function encodePurposes({ purposes: list, critical = false }: { purposes: string[]; critical?: boolean }): Buffer {
  return extension('2.5.29.37', der(tags.sequence, ...list.map(derOid)), critical);
}

function encodeOcspUrl(url: string): Buffer {
  const description = der(tags.sequence, derOid('1.3.6.1.5.5.7.48.1'), der(0x86, Buffer.from(url)));
  return extension('1.3.6.1.5.5.7.1.1', der(tags.sequence, description));
}

function encodeBits(bits: number[]): Buffer {
  const bytes = Buffer.alloc(bits.some((bit) => bit > 7) ? 2 : 1);
  for (const bit of bits) bytes[bit >> 3]! |= 0x80 >> (bit & 7);
  return der(tags.bitString, Buffer.from([0]), bytes);
}
