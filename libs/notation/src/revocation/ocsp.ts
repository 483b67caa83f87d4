import { createHash } from 'node:crypto';
import { SignatureFault } from '@breakwater/kernel';
import { childrenOf, context, type Der, expectTag, fieldsOf, readDer, tags } from '../encoding/der';
import { der, derInteger, derNull, derOid } from '../encoding/der-writer';
import { oidOf, timeOf } from '../encoding/der-values';
import { type Certificate, extendedKeyUsageOf, isIssuedBy, parseCertificate, readAlgorithm } from '../x509/certificate';
import { isSignedBy } from '../x509/signed';
import { type Revocation } from './crl';

export interface OcspAnswer {
  status: 'good' | 'revoked' | 'unknown';
  revocation?: Revocation;
  nextUpdate: Date;
  /** The certificate that the issuer gave to its responder, when it must itself be looked for in a CRL. */
  responder?: Certificate;
}

const SHA1 = '1.3.14.3.2.26';
const BASIC = '1.3.6.1.5.5.7.48.1.1';
const NO_CHECK = '1.3.6.1.5.5.7.48.1.5';
const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';
const INVALIDITY_DATE = '2.5.29.24';
const CLOCK_SKEW = 5 * 60_000;

/** RFC 6960 4.1.1, with the hashes that every responder knows. */
export function ocspRequest(certificate: Certificate, issuer: Certificate): Buffer {
  const request = der(tags.sequence, certificateId(certificate, issuer));
  return der(tags.sequence, der(tags.sequence, der(tags.sequence, request)));
}

function certificateId(certificate: Certificate, issuer: Certificate): Buffer {
  const sha1 = (bytes: Buffer) => der(tags.octetString, createHash('sha1').update(bytes).digest());
  return der(
    tags.sequence,
    der(tags.sequence, derOid(SHA1), derNull),
    sha1(issuer.subjectRaw),
    sha1(issuer.publicKeyBits),
    derInteger(certificate.serial),
  );
}

/** Throws SignatureFault unless the issuer, or whom it gave a certificate for this, signed an answer that holds now. */
export function readOcspAnswer(bytes: Buffer, certificate: Certificate, issuer: Certificate, now: Date): OcspAnswer {
  const [status, wrapped] = fieldsOf(readDer(bytes), tags.sequence, 'the OCSP response');
  if (expectTag(status, tags.enumerated, 'the OCSP status').content[0] !== 0) {
    throw new SignatureFault('the OCSP responder did not answer');
  }
  const [response] = fieldsOf(wrapped, context(0), 'the OCSP response');
  const [type, body] = fieldsOf(response, tags.sequence, 'the OCSP response');
  if (oidOf(type, 'the type of the OCSP response') !== BASIC)
    throw new SignatureFault('the OCSP response is not basic');
  const basic = fieldsOf(
    readDer(expectTag(body, tags.octetString, 'the OCSP response').content),
    tags.sequence,
    'the OCSP response',
  );
  const responder = checkSignature(basic, issuer, now);
  const responses = fieldsOf(basic[0], tags.sequence, 'the OCSP response').find(({ tag }) => tag === tags.sequence);
  const answer = readSingle(findSingle(responses, certificateId(certificate, issuer)), now);
  return responder === undefined || responder.extensions.has(NO_CHECK) ? answer : { ...answer, responder };
}

/** RFC 6960 4.2.2.2. Returns the responder's own certificate, undefined when the issuer answered itself. */
function checkSignature(basic: Der[], issuer: Certificate, now: Date): Certificate | undefined {
  const [body, algorithm, signature, certificates] = basic;
  const signed = {
    algorithm: readAlgorithm(algorithm),
    content: body?.raw ?? Buffer.alloc(0),
    signature: expectTag(signature, tags.bitString, 'the signature of the OCSP response').content.subarray(1),
  };
  if (isSignedBy(issuer.x509.publicKey, signed)) return undefined;
  const responder = delegatesIn(certificates).find((delegate) => isSignedBy(delegate.x509.publicKey, signed));
  if (responder === undefined) throw new SignatureFault('the signature of the OCSP response is wrong');
  const mayAnswer = extendedKeyUsageOf(responder)?.purposes.includes(OCSP_SIGNING) && isIssuedBy(responder, issuer);
  if (!mayAnswer || now < responder.notBefore || now > responder.notAfter) {
    throw new SignatureFault('the OCSP responder may not answer for the issuer');
  }
  return responder;
}

function delegatesIn(certificates: Der | undefined): Certificate[] {
  if (certificates === undefined) return [];
  const [list] = fieldsOf(certificates, context(0), 'the certificates');
  return fieldsOf(list, tags.sequence, 'the certificates').map(({ raw }) => parseCertificate(raw));
}

function findSingle(responses: Der | undefined, id: Buffer): Der[] {
  const singles = fieldsOf(responses, tags.sequence, 'the OCSP answers').map((single) => childrenOf(single));
  const wanted = singles.find(([about]) => about !== undefined && sameId(about.raw, id));
  if (wanted === undefined) throw new SignatureFault('the OCSP response is about another certificate');
  return wanted;
}

/** The parameters of the hash may be left out or NULL. */
function sameId(a: Buffer, b: Buffer): boolean {
  const parts = (id: Buffer) => childrenOf(readDer(id));
  const [[algorithm, ...one], [expected, ...other]] = [parts(a), parts(b)];
  const oid = (field: Der | undefined) => field && childrenOf(field)[0]?.raw.toString('hex');
  return (
    oid(algorithm) === oid(expected) &&
    Buffer.concat(one.map(({ raw }) => raw)).equals(Buffer.concat(other.map(({ raw }) => raw)))
  );
}

function readSingle([, status, thisUpdate, ...optional]: Der[], now: Date): OcspAnswer {
  if (timeOf(thisUpdate, 'thisUpdate').getTime() > now.getTime() + CLOCK_SKEW) {
    throw new SignatureFault('the OCSP response is from the future');
  }
  const [next] = optional.filter(({ tag }) => tag === context(0)).flatMap(childrenOf);
  const nextUpdate = next && timeOf(next, 'nextUpdate');
  if (nextUpdate === undefined || now > nextUpdate) throw new SignatureFault('the OCSP response is out of date');
  if (status?.tag === context(0, 'primitive')) return { status: 'good', nextUpdate };
  if (status?.tag !== context(1)) return { status: 'unknown', nextUpdate };
  return { status: 'revoked', nextUpdate, revocation: { ...invalidSince(optional) } };
}

function invalidSince(optional: Der[]): Revocation {
  const [extensions] = optional.filter(({ tag }) => tag === context(1)).flatMap(childrenOf);
  for (const extension of extensions === undefined ? [] : childrenOf(extensions)) {
    const [oid, ...rest] = childrenOf(extension);
    if (oidOf(oid, 'an extension') !== INVALIDITY_DATE) continue;
    const value = expectTag(rest.at(-1), tags.octetString, 'the invalidity date').content;
    return { invalidSince: timeOf(readDer(value), 'the invalidity date') };
  }
  return {};
}
