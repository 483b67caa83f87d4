import { X509Certificate } from 'node:crypto';
import { TufError } from './errors';

/** Clocks of those who make certificates may be ahead by so much. */
const notBeforeLeewayMs = 24 * 3_600_000;
const shortestRsa = 2_048;

const [begin, end] = ['-----BEGIN CERTIFICATE-----', '-----END CERTIFICATE-----'];
/** A leaf and those above it. */
const longestBundle = 10;

/** The certificates of a PEM bundle, in their order. Throws TufError when there is none or one cannot be read. */
export function parseBundle(pem: Buffer): X509Certificate[] {
  const blocks = pemBlocks(pem.toString('latin1'));
  if (blocks.length === 0) throw new TufError('no certificates found in bundle');
  if (blocks.length > longestBundle) throw new TufError('too many certificates in bundle');
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch (cause) {
    throw new TufError('a certificate of the bundle cannot be read', { cause });
  }
}

/** Looks at every character once, whatever the text: it is a stranger's. */
function pemBlocks(text: string): string[] {
  const blocks: string[] = [];
  for (let at = text.indexOf(begin); at >= 0;) {
    const close = text.indexOf(end, at);
    if (close < 0) break;
    blocks.push(text.slice(at, close + end.length));
    at = text.indexOf(begin, close);
  }
  return blocks;
}

/** The first, whose key signs: for delegations it may be a CA, as OpenSSL makes self-signed ones. Throws TufError. */
export function firstOf(bundle: readonly X509Certificate[]): X509Certificate {
  const [first] = bundle;
  if (!first) throw new TufError('no certificates found in bundle');
  return first;
}

/** The one certificate that is no CA; it comes first. Throws TufError. */
export function leafOf(bundle: readonly X509Certificate[]): X509Certificate {
  const leaves = bundle.filter(({ ca }) => !ca);
  const [leaf] = leaves;
  if (leaf === undefined || leaves.length > 1 || leaf !== bundle[0])
    throw new TufError('a bundle must begin with its only certificate that is no CA');
  return leaf;
}

/** Is it issued to this GUN: its common name, or a prefix of it that ends in `*`? */
export function isIssuedTo(certificate: X509Certificate, gun: string): boolean {
  const name = commonNameOf(certificate);
  return name.endsWith('*') ? gun.startsWith(name.replace(/\*+$/, '')) : name === gun;
}

/** Not from the future, not signed by way of SHA-1, no short RSA key; `expires`: and not expired either. */
export function isAcceptable(certificate: X509Certificate, now: Date, { expires }: { expires: boolean }): boolean {
  if (Date.parse(certificate.validFrom) > now.getTime() + notBeforeLeewayMs) return false;
  if (expires && Date.parse(certificate.validTo) < now.getTime()) return false;
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey;
  if (type === 'rsa' && (details?.modulusLength ?? 0) < shortestRsa) return false;
  return !weakSignatures.has(signatureAlgorithmOf(certificate.raw));
}

/** `subject` escapes what stands in it, the older form does not. Of several the last counts, as in Go. */
function commonNameOf(certificate: X509Certificate): string {
  const { CN: name } = certificate.toLegacyObject().subject as { CN?: string | string[] };
  return (Array.isArray(name) ? name.at(-1) : name) ?? '';
}

/** DER of the object identifiers: MD5 and SHA-1 with RSA, SHA-1 with DSA and ECDSA. */
const weakSignatures = new Set(['2a864886f70d010104', '2a864886f70d010105', '2a8648ce380403', '2a8648ce3d0401']);

/** RFC 5280 section 4.1: Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm { algorithm … } … }. */
function signatureAlgorithmOf(der: Buffer): string {
  const toBeSigned = elementAt(der, elementAt(der, 0).begin);
  const identifier = elementAt(der, elementAt(der, toBeSigned.end).begin);
  return der.toString('hex', identifier.begin, identifier.end);
}

/** Where the content of the DER element at `offset` begins and ends. */
function elementAt(der: Buffer, offset: number): { begin: number; end: number } {
  const first = der.readUInt8(offset + 1);
  if (first < 0x80) return { begin: offset + 2, end: offset + 2 + first };
  const bytes = first & 0x7f;
  const begin = offset + 2 + bytes;
  return { begin, end: begin + der.readUIntBE(offset + 2, bytes) };
}
