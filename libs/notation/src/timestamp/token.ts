import { createHash } from 'node:crypto';
import { SignatureFault } from '@breakwater/kernel';
import { context, type Der, expectTag, fieldsOf, readDer, tags } from '../encoding/der';
import { hexIntegerOf, oidOf, smallIntegerOf, timeOf } from '../encoding/der-values';
import { type Certificate, parseCertificate, readAlgorithm } from '../x509/certificate';

/** RFC 3161 2.4.2, a TimeStampToken taken apart; nothing is verified yet. */
export interface TimestampToken {
  info: TimestampInfo;
  /** DER of the TSTInfo, which the signed attributes hash. */
  content: Buffer;
  certificates: Certificate[];
  signer: SignerInfo;
}

export interface TimestampInfo {
  imprint: { hash: Hash; value: Buffer };
  at: Date;
  /** Milliseconds by which `at` may be off, either way. */
  accuracy: number;
}

export interface SignerInfo {
  issuerRaw: Buffer;
  serial: string;
  digest: Hash;
  signatureAlgorithm: string;
  /** The DER of `SET OF Attribute`, which is what is signed (RFC 5652 5.4). */
  signedAttributes: Buffer;
  attributes: Map<string, Der>;
  signature: Buffer;
}

export type Hash = 'sha256' | 'sha384' | 'sha512';
const hashes = new Map<string, Hash>([
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
]);

const SIGNED_DATA = '1.2.840.113549.1.7.2';
export const TST_INFO = '1.2.840.113549.1.9.16.1.4';
/** RFC 3628 5.2: who stamps under it keeps to a second. */
const BASELINE_POLICY = '0.4.0.2023.1.1';

/** Throws SignatureFault. BER that is not DER is refused, as are SHA-1 and several signers. */
export function parseTimestampToken(bytes: Buffer): TimestampToken {
  const [type, body] = fieldsOf(readDer(bytes), tags.sequence, 'the timestamp');
  if (oidOf(type, 'the type of the timestamp') !== SIGNED_DATA)
    throw new SignatureFault('the timestamp is no SignedData');
  const [signedData] = fieldsOf(body, context(0), 'the content of the timestamp');
  const [, , encapsulated, ...rest] = fieldsOf(signedData, tags.sequence, 'the SignedData');
  const content = readContent(encapsulated);
  const certificates = rest.find(({ tag }) => tag === context(0));
  const signers = fieldsOf(rest.at(-1), tags.set, 'the signers of the timestamp');
  if (signers.length !== 1) throw new SignatureFault('the timestamp has not exactly one signer');
  return {
    info: readInfo(content),
    content,
    certificates: certificates === undefined ? [] : readCertificates(certificates),
    signer: readSigner(signers[0]),
  };
}

function readContent(encapsulated: Der | undefined): Buffer {
  const [type, wrapped] = fieldsOf(encapsulated, tags.sequence, 'what is time-stamped');
  if (oidOf(type, 'the kind of content') !== TST_INFO) throw new SignatureFault('the timestamp holds no TSTInfo');
  const [octets] = fieldsOf(wrapped, context(0), 'the TSTInfo');
  return expectTag(octets, tags.octetString, 'the TSTInfo').content;
}

/** Others than X.509 certificates are passed over (RFC 5652 10.2.2). */
function readCertificates(set: Der): Certificate[] {
  const certificates = fieldsOf(set, context(0), 'the certificates').filter(({ tag }) => tag === tags.sequence);
  return certificates.map(({ raw }) => parseCertificate(raw));
}

function readInfo(content: Buffer): TimestampInfo {
  const [version, policy, imprint, serial, at, ...optional] = fieldsOf(readDer(content), tags.sequence, 'the TSTInfo');
  const versionOf = expectTag(version, tags.integer, 'the version of the TSTInfo').content;
  if (smallIntegerOf(versionOf, 'the version of the TSTInfo') !== 1)
    throw new SignatureFault('the TSTInfo is not of version 1');
  expectTag(serial, tags.integer, 'the serial number of the timestamp');
  const [algorithm, value] = fieldsOf(imprint, tags.sequence, 'the imprint');
  const accuracy = optional.find(({ tag }) => tag === tags.sequence);
  const unstated = oidOf(policy, "the timestamp's policy") === BASELINE_POLICY ? 1000 : 0;
  return {
    imprint: { hash: readHash(algorithm), value: expectTag(value, tags.octetString, 'the imprint').content },
    at: timeOf(at, "the timestamp's time"),
    accuracy: accuracy === undefined ? unstated : readAccuracy(accuracy),
  };
}

/** Seconds, [0] milliseconds, [1] microseconds, each optional; rounded up. */
function readAccuracy(accuracy: Der): number {
  const factors = new Map([
    [tags.integer as number, 1000],
    [context(0, 'primitive'), 1],
    [context(1, 'primitive'), 0.001],
  ]);
  const parts = fieldsOf(accuracy, tags.sequence, 'the accuracy').map(({ tag, content }) => {
    const factor = factors.get(tag);
    if (factor === undefined) throw new SignatureFault('the accuracy of the timestamp is malformed');
    return smallIntegerOf(content, 'the accuracy') * factor;
  });
  return Math.ceil(parts.reduce((sum, part) => sum + part, 0));
}

export function readHash(algorithm: Der | undefined): Hash {
  const [oid] = fieldsOf(algorithm, tags.sequence, 'a hash algorithm');
  const hash = hashes.get(oidOf(oid, 'a hash algorithm'));
  if (hash === undefined) throw new SignatureFault('the timestamp uses a hash that is not accepted');
  return hash;
}

function readSigner(info: Der | undefined): SignerInfo {
  const [, sid, digest, signed, algorithm, signature] = fieldsOf(info, tags.sequence, 'the signer of the timestamp');
  const [issuer, serial] = fieldsOf(sid, tags.sequence, "the timestamp signer's certificate");
  const attributes = expectTag(signed, context(0), 'the signed attributes');
  return {
    issuerRaw: expectTag(issuer, tags.sequence, "the signer's issuer").raw,
    serial: hexIntegerOf(serial, "the signer's serial number"),
    digest: readHash(digest),
    signatureAlgorithm: readAlgorithm(algorithm),
    signedAttributes: Buffer.concat([Buffer.from([tags.set]), attributes.raw.subarray(1)]),
    attributes: readAttributes(attributes),
    signature: expectTag(signature, tags.octetString, 'the signature of the timestamp').content,
  };
}

/** RFC 5652 5.3 and 11: attributes that matter have one value, and are there once. */
function readAttributes(set: Der): Map<string, Der> {
  const attributes = new Map<string, Der>();
  for (const attribute of fieldsOf(set, context(0), 'the signed attributes')) {
    const [oid, values] = fieldsOf(attribute, tags.sequence, 'a signed attribute');
    const name = oidOf(oid, 'a signed attribute');
    const [value] = fieldsOf(values, tags.set, 'the value of a signed attribute');
    if (value === undefined || attributes.has(name))
      throw new SignatureFault('a signed attribute is empty or there twice');
    attributes.set(name, value);
  }
  return attributes;
}

export const digestWith = (hash: Hash | 'sha1', bytes: Uint8Array): Buffer => createHash(hash).update(bytes).digest();
