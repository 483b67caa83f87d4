import { SignatureFault } from '@breakwater/kernel';
import { childrenOf, context, type Der, expectTag, fieldsOf, readDer, tags } from '../encoding/der';
import { booleanOf, hexIntegerOf, oidOf, timeOf } from '../encoding/der-values';
import { basicConstraintsOf, type Certificate, keyUsageOf, readAlgorithm } from '../x509/certificate';
import { isSignedBy } from '../x509/signed';
import { distributionPointUrls, fullNameUrls } from './locations';

/** RFC 5280 section 5; entries are looked for when asked, since lists can be long. */
export interface RevocationList {
  issuerRaw: Buffer;
  nextUpdate: Date;
  number?: bigint;
  /** Of a delta list: the number of the list that it completes. */
  baseNumber?: bigint;
  /** Where the delta list is. */
  freshest: string[];
  entries: Der | undefined;
  scope?: Buffer;
}

export interface Revocation {
  reason?: number;
  /** From when on the key is thought to have been in wrong hands. */
  invalidSince?: Date;
}

const oids = {
  crlNumber: '2.5.29.20',
  reason: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  deltaIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  freshestCrl: '2.5.29.46',
};
const heeded = new Set([oids.deltaIndicator, oids.issuingDistributionPoint, oids.crlNumber]);

export const reasons = { removeFromCrl: 8 } as const;

/** A list that this issuer signed and that is not out of date. Throws SignatureFault. */
export function readRevocationList(bytes: Buffer, issuer: Certificate, now: Date): RevocationList {
  const [body, algorithm, signature] = fieldsOf(readDer(bytes), tags.sequence, 'the CRL');
  const signed = {
    algorithm: readAlgorithm(algorithm),
    content: body?.raw ?? Buffer.alloc(0),
    signature: expectTag(signature, tags.bitString, 'the signature of the CRL').content.subarray(1),
  };
  const { nextUpdate, ...list } = readBody(fieldsOf(body, tags.sequence, 'the CRL'));
  if (!list.issuerRaw.equals(issuer.subjectRaw)) throw new SignatureFault('the CRL is that of another issuer');
  if (keyUsageOf(issuer)?.usages.has('cRLSign') === false) throw new SignatureFault('the issuer may not sign CRLs');
  if (!isSignedBy(issuer.x509.publicKey, signed)) throw new SignatureFault('the signature of the CRL is wrong');
  if (nextUpdate === undefined || now > nextUpdate) throw new SignatureFault('the CRL is out of date');
  return { ...list, nextUpdate };
}

function readBody(fields: Der[]): Omit<RevocationList, 'nextUpdate'> & { nextUpdate?: Date } {
  if (fields[0]?.tag === tags.integer) fields.shift();
  const [, issuer, , ...rest] = fields;
  const isTime = ({ tag }: Der) => tag === tags.utcTime || tag === tags.generalizedTime;
  const nextUpdate = rest.find(isTime);
  const extensions = readExtensions(rest.find(({ tag }) => tag === context(0)));
  const number = extensions.get(oids.crlNumber);
  const base = extensions.get(oids.deltaIndicator);
  const freshest = extensions.get(oids.freshestCrl);
  const scope = extensions.get(oids.issuingDistributionPoint);
  return {
    issuerRaw: expectTag(issuer, tags.sequence, 'the issuer of the CRL').raw,
    ...(nextUpdate !== undefined && { nextUpdate: timeOf(nextUpdate, 'nextUpdate') }),
    ...(number !== undefined && { number: numberOf(number) }),
    ...(base !== undefined && { baseNumber: numberOf(base) }),
    freshest: freshest === undefined ? [] : distributionPointUrls(freshest),
    entries: rest.find(({ tag }) => tag === tags.sequence),
    ...(scope !== undefined && { scope }),
  };
}

const numberOf = (value: Buffer): bigint => BigInt(`0x${hexIntegerOf(readDer(value), 'the number of the CRL')}`);

function readExtensions(field: Der | undefined): Map<string, Buffer> {
  const values = new Map<string, Buffer>();
  if (field === undefined) return values;
  const [list] = childrenOf(field);
  for (const extension of fieldsOf(list, tags.sequence, 'the extensions of the CRL')) {
    const { oid, critical, value } = readExtension(extension);
    if (critical && !heeded.has(oid)) throw new SignatureFault(`the CRL has the critical extension ${oid}`);
    values.set(oid, value);
  }
  return values;
}

function readExtension(extension: Der): { oid: string; critical: boolean; value: Buffer } {
  const [oid, ...rest] = fieldsOf(extension, tags.sequence, 'an extension');
  return {
    oid: oidOf(oid, 'an extension'),
    critical: rest[0]?.tag === tags.boolean && booleanOf(rest[0], 'criticality'),
    value: expectTag(rest.at(-1), tags.octetString, 'an extension').content,
  };
}

/** RFC 5280 5.2.5: whether the list speaks of such certificates at all. Throws SignatureFault when it does not. */
export function checkScope({ scope }: RevocationList, certificate: Certificate, urls: string[]): void {
  if (scope === undefined) return;
  const isCa = basicConstraintsOf(certificate)?.isCa ?? false;
  for (const { tag, content } of fieldsOf(readDer(scope), tags.sequence, 'issuingDistributionPoint')) {
    if (tag === context(0)) {
      if (fullNameUrls(content).some((url) => urls.includes(url))) continue;
    } else if (content[0] === 0 || tag === context(isCa ? 2 : 1, 'primitive')) continue;
    throw new SignatureFault('the CRL does not cover the certificate');
  }
}

/** The entry about this certificate. */
export function findRevocation({ entries }: RevocationList, serial: string): Revocation | undefined {
  // However it is written, an entry holds these bytes: without them long lists need not be decoded.
  if (!entries?.content.includes(Buffer.from(serial, 'hex'))) return undefined;
  const entry = childrenOf(entries).find(
    (candidate) => hexIntegerOf(childrenOf(candidate)[0], 'a serial number') === serial,
  );
  if (entry === undefined) return undefined;
  const [, , extensions] = childrenOf(entry);
  const revocation: Revocation = {};
  for (const extension of extensions === undefined ? [] : childrenOf(extensions)) {
    const { oid, critical, value } = readExtension(extension);
    if (oid === oids.reason)
      revocation.reason = expectTag(readDer(value), tags.enumerated, 'the reason').content[0] ?? 0;
    else if (oid === oids.invalidityDate) revocation.invalidSince = timeOf(readDer(value), 'the invalidity date');
    else if (critical) throw new SignatureFault(`an entry of the CRL has the critical extension ${oid}`);
  }
  return revocation;
}
