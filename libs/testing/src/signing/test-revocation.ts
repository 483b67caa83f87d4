import { createHash } from 'node:crypto';
import { context, der, derInteger, derNull, derOid, tags } from '@breakwater/notation/encoding';
import {
  bitString,
  derTime,
  distributionPoints,
  extension,
  octets,
  signatureAlgorithm,
  signDer,
  type TestCertificate,
} from './test-certificates';

const HOUR = 3_600_000;

export interface RevokedEntry {
  certificate: TestCertificate;
  /** RFC 5280 5.3.1: 8 takes a certificate off the list again. */
  reason?: number;
  invalidSince?: Date;
}

export interface CrlRequest {
  issuer: TestCertificate;
  revoked?: RevokedEntry[];
  /** `false`: not in the list. */
  nextUpdate?: Date | false;
  number?: number;
  /** Makes it a delta list to the list of this number. */
  baseNumber?: number;
  deltaUrl?: string;
  extensions?: Buffer[];
  /** Signs in the issuer's stead. */
  signer?: TestCertificate;
}

const generalizedTime = (time: Date): Buffer =>
  der(tags.generalizedTime, Buffer.from(`${time.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`));

/** RFC 5280 section 5. */
export function makeCrl(request: CrlRequest): Buffer {
  const { issuer, revoked = [], nextUpdate = new Date(Date.now() + HOUR), number = 5, baseNumber, deltaUrl } = request;
  const algorithm = signatureAlgorithm(issuer.privateKey, 'sha256');
  const integer = (value: number) => derInteger(value.toString(16));
  const extensions = [
    extension('2.5.29.20', integer(number)),
    ...(baseNumber === undefined ? [] : [extension('2.5.29.27', integer(baseNumber), true)]),
    ...(deltaUrl === undefined ? [] : [extension('2.5.29.46', distributionPoints(deltaUrl))]),
    ...(request.extensions ?? []),
  ];
  const body = der(
    tags.sequence,
    derInteger('01'),
    algorithm,
    issuer.name,
    derTime(new Date(Date.now() - HOUR)),
    ...(nextUpdate ? [derTime(nextUpdate)] : []),
    ...(revoked.length > 0 ? [der(tags.sequence, ...revoked.map(encodeEntry))] : []),
    der(context(0), der(tags.sequence, ...extensions)),
  );
  const signature = signDer((request.signer ?? issuer).privateKey, body, 'sha256');
  return der(tags.sequence, body, algorithm, bitString(signature));
}

function encodeEntry({ certificate, reason, invalidSince }: RevokedEntry): Buffer {
  const extensions = [
    ...(reason === undefined ? [] : [extension('2.5.29.21', der(tags.enumerated, Buffer.from([reason])))]),
    ...(invalidSince === undefined ? [] : [extension('2.5.29.24', generalizedTime(invalidSince))]),
  ];
  const more = extensions.length > 0 ? [der(tags.sequence, ...extensions)] : [];
  return der(tags.sequence, derInteger(certificate.serial), derTime(new Date(Date.now() - HOUR)), ...more);
}

export interface OcspRequest {
  certificate: TestCertificate;
  issuer: TestCertificate;
  status?: 'good' | 'revoked' | 'unknown';
  /** Answers in the issuer's stead, with its certificate. */
  responder?: TestCertificate;
  nextUpdate?: Date | false;
  thisUpdate?: Date;
  invalidSince?: Date;
  responseStatus?: number;
}

const statuses = {
  good: der(context(0, 'primitive')),
  revoked: der(context(1), generalizedTime(new Date(Date.now() - HOUR))),
  unknown: der(context(2, 'primitive')),
};

/** RFC 6960 4.2.1. */
export function makeOcspResponse(request: OcspRequest): Buffer {
  const { certificate, issuer, status = 'good', responder, nextUpdate = new Date(Date.now() + HOUR) } = request;
  const signer = responder ?? issuer;
  const single = der(
    tags.sequence,
    certificateId(certificate, issuer),
    statuses[status],
    generalizedTime(request.thisUpdate ?? new Date(Date.now() - HOUR)),
    ...(nextUpdate ? [der(context(0), generalizedTime(nextUpdate))] : []),
    ...(request.invalidSince
      ? [der(context(1), der(tags.sequence, extension('2.5.29.24', generalizedTime(request.invalidSince))))]
      : []),
  );
  const body = der(
    tags.sequence,
    der(context(1), signer.name),
    generalizedTime(new Date()),
    der(tags.sequence, single),
  );
  const basic = der(
    tags.sequence,
    body,
    signatureAlgorithm(signer.privateKey, 'sha256'),
    bitString(signDer(signer.privateKey, body, 'sha256')),
    ...(responder ? [der(context(0), der(tags.sequence, responder.der))] : []),
  );
  const wrapped = der(tags.sequence, derOid('1.3.6.1.5.5.7.48.1.1'), octets(basic));
  return der(tags.sequence, der(tags.enumerated, Buffer.from([request.responseStatus ?? 0])), der(context(0), wrapped));
}

function certificateId(certificate: TestCertificate, issuer: TestCertificate): Buffer {
  const sha1 = (bytes: Buffer) => octets(createHash('sha1').update(bytes).digest());
  const key = issuer.publicKey.export({ type: 'spki', format: 'der' });
  // The bits of the key are the end of its SPKI: a P-256 point is 65 bytes.
  const point = key.subarray(key.length - 65);
  return der(
    tags.sequence,
    der(tags.sequence, derOid('1.3.14.3.2.26'), derNull),
    sha1(issuer.name),
    sha1(point),
    derInteger(certificate.serial),
  );
}
