import { constants, type KeyObject, sign } from 'node:crypto';
import { cborHead } from '@breakwater/notation/encoding';
import { digestOf, mediaTypes, type SignedSubject } from '@breakwater/kernel';
import { sha256, type TestCertificate } from './test-certificates';

/** Signs as the `notation` client does; every header can be replaced, so that a test can sign nonsense. */
export interface NotationRequest {
  subject: SignedSubject;
  /** The signer's certificate first; it signs. */
  chain: TestCertificate[];
  format?: 'jws' | 'cose';
  claims?: Record<string, string>;
  signingTime?: Date;
  expiry?: Date;
  scheme?: 'notary.x509' | 'notary.x509.signingAuthority';
  timestamp?: (signature: Buffer) => Buffer;
  /** Replaces or adds protected headers; `undefined` takes one away. In COSE the keys 1, 2 and 3 are alg, crit and cty. */
  headers?: Record<string, unknown>;
  payload?: Buffer;
}

const PAYLOAD_TYPE = 'application/vnd.cncf.notary.payload.v1+json';
const prefix = 'io.cncf.notary.';

const algorithms: Record<string, { jws: string; cose: number; hash: string }> = {
  2048: { jws: 'PS256', cose: -37, hash: 'sha256' },
  3072: { jws: 'PS384', cose: -38, hash: 'sha384' },
  4096: { jws: 'PS512', cose: -39, hash: 'sha512' },
  prime256v1: { jws: 'ES256', cose: -7, hash: 'sha256' },
  secp384r1: { jws: 'ES384', cose: -35, hash: 'sha384' },
  secp521r1: { jws: 'ES512', cose: -36, hash: 'sha512' },
};

function algorithmOf(key: KeyObject) {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  return algorithms[String(modulusLength ?? namedCurve)] ?? { jws: 'ES256', cose: -7, hash: 'sha256' };
}

function signRaw(key: KeyObject, content: Buffer): Buffer {
  const { hash } = algorithmOf(key);
  return key.asymmetricKeyType === 'ec'
    ? sign(hash, content, { key, dsaEncoding: 'ieee-p1363' })
    : sign(hash, content, {
        key,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      });
}

export function notationPayload({ subject, claims }: Pick<NotationRequest, 'subject' | 'claims'>): Buffer {
  const { mediaType, digest, size } = subject;
  return Buffer.from(
    JSON.stringify({ targetArtifact: { mediaType, digest, size, ...(claims && { annotations: claims }) } }),
  );
}

/** The envelope's bytes and the media type of its layer. */
export function signWithNotation(request: NotationRequest): { mediaType: string; envelope: Buffer } {
  return request.format === 'cose'
    ? { mediaType: 'application/cose', envelope: signCose(request) }
    : { mediaType: 'application/jose+json', envelope: signJws(request) };
}

function timesOf({ scheme = 'notary.x509', signingTime = new Date(), expiry }: NotationRequest) {
  const time = scheme === 'notary.x509' ? `${prefix}signingTime` : `${prefix}authenticSigningTime`;
  const critical = [
    `${prefix}signingScheme`,
    ...(scheme === 'notary.x509' ? [] : [time]),
    ...(expiry ? [`${prefix}expiry`] : []),
  ];
  return {
    critical,
    times: [[time, signingTime], ...(expiry ? [[`${prefix}expiry`, expiry]] : [])] as [string, Date][],
  };
}

function signJws(request: NotationRequest): Buffer {
  const { chain, headers, scheme = 'notary.x509' } = request;
  const key = chain[0]!.privateKey;
  const { critical, times } = timesOf(request);
  const fields = {
    alg: algorithmOf(key).jws,
    crit: critical,
    cty: PAYLOAD_TYPE,
    [`${prefix}signingScheme`]: scheme,
    ...Object.fromEntries(times.map(([name, time]) => [name, time.toISOString().replace(/\.\d+Z/, 'Z')])),
    ...headers,
  };
  const text = Buffer.from(JSON.stringify(fields)).toString('base64url');
  const payload = (request.payload ?? notationPayload(request)).toString('base64url');
  const signature = signRaw(key, Buffer.from(`${text}.${payload}`));
  const timestamp = request.timestamp?.(signature).toString('base64');
  const header = {
    x5c: chain.map((certificate) => certificate.der.toString('base64')),
    ...(timestamp && { [`${prefix}timestampSignature`]: timestamp }),
  };
  return Buffer.from(JSON.stringify({ payload, protected: text, header, signature: signature.toString('base64url') }));
}

function signCose(request: NotationRequest): Buffer {
  const { chain, headers = {}, scheme = 'notary.x509' } = request;
  const key = chain[0]!.privateKey;
  const { critical, times } = timesOf(request);
  const fields = new Map<number | string, unknown>([
    [1, algorithmOf(key).cose],
    [2, critical],
    [3, PAYLOAD_TYPE],
    [`${prefix}signingScheme`, scheme],
    ...times.map(([name, time]): [string, unknown] => [name, new CborTime(Math.floor(time.getTime() / 1000))]),
  ]);
  for (const [name, value] of Object.entries(headers)) {
    const label = /^\d+$/.test(name) ? Number(name) : name;
    if (value === undefined) fields.delete(label);
    else fields.set(label, value);
  }
  const protectedBytes = encodeCbor(fields);
  const payload = request.payload ?? notationPayload(request);
  const signature = signRaw(key, encodeCbor(['Signature1', protectedBytes, Buffer.alloc(0), payload]));
  const unprotected = new Map<number | string, unknown>([[33, chain.map((certificate) => certificate.der)]]);
  if (request.timestamp) unprotected.set(`${prefix}timestampSignature`, request.timestamp(signature));
  return Buffer.concat([Buffer.from([0xd2]), encodeCbor([protectedBytes, unprotected, payload, signature])]);
}

/** A moment as COSE writes it: tag 1 around seconds. */
export class CborTime {
  constructor(readonly seconds: number) {}
}

export function encodeCbor(value: unknown): Buffer {
  if (typeof value === 'number') return value >= 0 ? cborHead(0, value) : cborHead(1, -1 - value);
  if (typeof value === 'boolean') return Buffer.from([value ? 0xf5 : 0xf4]);
  if (typeof value === 'string') return Buffer.concat([cborHead(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof CborTime) return Buffer.concat([Buffer.from([0xc1]), encodeCbor(value.seconds)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([cborHead(2, value.length), value]);
  if (Array.isArray(value)) return Buffer.concat([cborHead(4, value.length), ...value.map(encodeCbor)]);
  const map = value as Map<unknown, unknown>;
  return Buffer.concat([cborHead(5, map.size), ...[...map].flat().map(encodeCbor)]);
}

/** The manifest that the client pushes for an envelope; `legacy` as before specification 1.1.0. */
export function notationManifest(
  { mediaType, envelope }: { mediaType: string; envelope: Buffer },
  subject: SignedSubject,
  chain: TestCertificate[],
  { legacy = false } = {},
): { digest: string; content: Buffer } {
  const type = 'application/vnd.cncf.notary.signature';
  const content = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      ...(!legacy && { artifactType: type }),
      config: {
        mediaType: legacy ? type : mediaTypes.ociEmpty,
        digest: digestOf(Buffer.from('{}')),
        size: 2,
      },
      layers: [{ mediaType, digest: digestOf(envelope), size: envelope.length }],
      subject,
      annotations: {
        [`${prefix}x509chain.thumbprint#S256`]: JSON.stringify(chain.map(({ der }) => sha256(der).toString('hex'))),
      },
    }),
  );
  return { digest: digestOf(content), content };
}
