import { SignatureFault } from '@breakwater/kernel';
import { type Certificate, parseCertificate } from '../x509/certificate';

export const payloadType = 'application/vnd.cncf.notary.payload.v1+json';

/** signature-specification.md "Signature Envelope", whichever way it was written. */
export interface Envelope {
  format: 'jws' | 'cose';
  /** What the envelope says that it is signed with: a JWS name or a COSE number. */
  algorithm: string | number;
  payload: Buffer;
  attributes: SignedAttributes;
  /** The signer's certificate first, the root last. */
  chain: Certificate[];
  /** RFC 3161 TimeStampToken. */
  timestamp?: Buffer;
  signature: Buffer;
  /** The bytes that the signature is over. */
  signed: Buffer;
}

export interface SignedAttributes {
  scheme: 'notary.x509' | 'notary.x509.signingAuthority';
  /** Under `notary.x509` the signer's own word, under `signingAuthority` the authority's. */
  signingTime: Date;
  expiry?: Date;
}

export const attributeNames = {
  scheme: 'io.cncf.notary.signingScheme',
  signingTime: 'io.cncf.notary.signingTime',
  authenticSigningTime: 'io.cncf.notary.authenticSigningTime',
  expiry: 'io.cncf.notary.expiry',
  timestamp: 'io.cncf.notary.timestampSignature',
  plugin: 'io.cncf.notary.verificationPlugin',
} as const;

/** Headers as both formats have them. `Time` is what the format writes moments as, already read. */
export interface RawAttributes {
  contentType: unknown;
  critical: unknown;
  has: (name: string) => boolean;
  text: (name: string) => unknown;
  time: (name: string) => Date;
}

/** Labels that may be critical because this verifier heeds them, besides the format's own. */
const heeded: ReadonlySet<unknown> = new Set([
  attributeNames.scheme,
  attributeNames.authenticSigningTime,
  attributeNames.expiry,
]);

/** signature-specification.md "Standard attributes" and signing-scheme.md. Throws SignatureFault. */
export function readAttributes(raw: RawAttributes, ownLabels: ReadonlySet<unknown>): SignedAttributes {
  if (raw.contentType !== payloadType) throw new SignatureFault(`the payload is not of the type ${payloadType}`);
  const critical = readCritical(raw, ownLabels);
  const scheme = raw.text(attributeNames.scheme);
  if (scheme !== 'notary.x509' && scheme !== 'notary.x509.signingAuthority') {
    throw new SignatureFault('the signing scheme is missing or unknown');
  }
  if (raw.has(attributeNames.plugin)) {
    throw new SignatureFault(
      `the signature asks for the verification plugin ${String(raw.text(attributeNames.plugin))}`,
    );
  }
  const signingTime = readSigningTime(raw, scheme, critical);
  if (!raw.has(attributeNames.expiry)) return { scheme, signingTime };
  requireCritical(critical, attributeNames.expiry);
  const expiry = raw.time(attributeNames.expiry);
  if (expiry <= signingTime) throw new SignatureFault('the signature expires before it was made');
  return { scheme, signingTime, expiry };
}

function readSigningTime(raw: RawAttributes, scheme: SignedAttributes['scheme'], critical: Set<unknown>): Date {
  const { signingTime, authenticSigningTime } = attributeNames;
  const [wanted, other] =
    scheme === 'notary.x509' ? [signingTime, authenticSigningTime] : [authenticSigningTime, signingTime];
  if (raw.has(other)) throw new SignatureFault(`${other} does not belong to the scheme ${scheme}`);
  if (!raw.has(wanted)) throw new SignatureFault(`${wanted} is missing`);
  if (scheme === 'notary.x509.signingAuthority') requireCritical(critical, wanted);
  return raw.time(wanted);
}

function readCritical(raw: RawAttributes, ownLabels: ReadonlySet<unknown>): Set<unknown> {
  const { critical } = raw;
  if (!Array.isArray(critical) || critical.length === 0) throw new SignatureFault('crit is missing or empty');
  const labels = new Set<unknown>(critical);
  if (labels.size !== critical.length) throw new SignatureFault('crit names one attribute twice');
  for (const label of labels) {
    if (!heeded.has(label) && !ownLabels.has(label)) {
      throw new SignatureFault(`the critical attribute ${JSON.stringify(label)} is not understood here`);
    }
    if (typeof label === 'string' && !raw.has(label)) throw new SignatureFault(`crit names ${label}, which is missing`);
  }
  requireCritical(labels, attributeNames.scheme);
  return labels;
}

function requireCritical(critical: Set<unknown>, name: string): void {
  if (!critical.has(name)) throw new SignatureFault(`${name} is not marked critical`);
}

const MAX_CHAIN = 16;

export function readChain(certificates: unknown, decode: (value: unknown) => Buffer): Certificate[] {
  const list = Array.isArray(certificates) ? (certificates as unknown[]) : [certificates];
  if (certificates === undefined || list.length === 0) throw new SignatureFault('the certificate chain is missing');
  if (list.length > MAX_CHAIN) throw new SignatureFault(`the chain has more than ${MAX_CHAIN} certificates`);
  return list.map((certificate) => parseCertificate(decode(certificate)));
}
