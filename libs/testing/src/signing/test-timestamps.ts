import { createHash, randomBytes } from 'node:crypto';
import { context, der, derInteger, derNull, derOid, tags } from '@breakwater/notation/encoding';
import {
  makeCertificate,
  makeRoot,
  octets,
  purposes,
  sha256,
  signatureAlgorithm,
  signDer,
  type TestCertificate,
} from './test-certificates';

const oids = {
  signedData: '1.2.840.113549.1.7.2',
  tstInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
};
const hashOids: Record<string, string> = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
};

export interface TimestampRequest {
  at?: Date;
  /** Seconds. */
  accuracy?: number;
  hash?: 'sha1' | 'sha256' | 'sha512';
  /** What the attribute says that signed, when that is not true. */
  namedCertificate?: TestCertificate;
  withoutCertificates?: boolean;
  contentType?: string;
}

/** An authority of RFC 3161 with a root of its own. */
export class TestTimestampAuthority {
  readonly root: TestCertificate;
  readonly certificate: TestCertificate;

  constructor(request: { certificate?: Partial<Parameters<typeof makeCertificate>[0]>; name?: string } = {}) {
    const { name = 'tsa' } = request;
    this.root = makeRoot(`C=US, O=${name}, CN=${name} root`);
    this.certificate = makeCertificate({
      subject: `C=US, O=${name}, CN=${name}`,
      issuer: this.root,
      extendedKeyUsage: { purposes: [purposes.timeStamping], critical: true },
      ...request.certificate,
    });
  }

  /** A TimeStampToken over these bytes. */
  stamp(bytes: Buffer, request: TimestampRequest = {}): Buffer {
    const { hash = 'sha256', at = new Date() } = request;
    const algorithm = der(tags.sequence, derOid(hashOids[hash]!), derNull);
    const imprint = der(tags.sequence, algorithm, octets(createHash(hash).update(bytes).digest()));
    const accuracy =
      request.accuracy === undefined ? [] : [der(tags.sequence, der(tags.integer, Buffer.from([request.accuracy])))];
    const time = at
      .toISOString()
      .replace(/[-:T]/g, '')
      .replace(/\.000Z$/, 'Z');
    const info = der(
      tags.sequence,
      derInteger('01'),
      derOid('1.3.6.1.4.1.99999.1'),
      imprint,
      derInteger(randomBytes(8).toString('hex').replace(/^./, '4')),
      der(tags.generalizedTime, Buffer.from(time)),
      ...accuracy,
    );
    return this.wrap(info, request);
  }

  private wrap(info: Buffer, request: TimestampRequest): Buffer {
    const { certificate, root } = this;
    const sha2 = der(tags.sequence, derOid(hashOids.sha256!));
    const attribute = (oid: string, value: Buffer) => der(tags.sequence, derOid(oid), der(tags.set, value));
    const named = sha256((request.namedCertificate ?? certificate).der);
    const attributes = [
      attribute(oids.contentType, derOid(request.contentType ?? oids.tstInfo)),
      attribute(oids.messageDigest, octets(sha256(info))),
      attribute(oids.signingCertificateV2, der(tags.sequence, der(tags.sequence, der(tags.sequence, octets(named))))),
    ].sort(Buffer.compare);
    const signature = signDer(certificate.privateKey, der(tags.set, ...attributes), 'sha256');
    const signer = der(
      tags.sequence,
      derInteger('01'),
      der(tags.sequence, certificate.issuerName, derInteger(certificate.serial)),
      sha2,
      der(context(0), ...attributes),
      signatureAlgorithm(certificate.privateKey, 'sha256'),
      octets(signature),
    );
    const certificates = request.withoutCertificates ? [] : [der(context(0), certificate.der, root.der)];
    const signedData = der(
      tags.sequence,
      derInteger('03'),
      der(tags.set, sha2),
      der(tags.sequence, derOid(oids.tstInfo), der(context(0), octets(info))),
      ...certificates,
      der(tags.set, signer),
    );
    return der(tags.sequence, derOid(oids.signedData), der(context(0), signedData));
  }
}
