import { createHash, sign } from 'node:crypto';
import { der, derInteger, tags } from '@breakwater/notation/encoding';
import { digestOf, mediaTypes, type SignedSubject } from '@breakwater/kernel';
import {
  extension,
  type KeyPair,
  makeCertificate,
  makeKeyPair,
  makeRoot,
  purposes,
  sha256,
  type TestCertificate,
  toPem,
} from './test-certificates';
import { TestTimestampAuthority } from './test-timestamps';

const FULCIO_ISSUER = '1.3.6.1.4.1.57264.1.8';
const YEAR = 365 * 24 * 3_600_000;

/** A Sigstore of one's own: an authority that certifies identities, a transparency log and a clock. */
export class TestSigstore {
  readonly authority = makeRoot('O=sigstore, CN=fulcio');
  readonly log: KeyPair = makeKeyPair('p256');
  readonly clock = new TestTimestampAuthority();

  /** What Fulcio issues: short-lived, for code signing, with the account as alternative name. */
  certify(
    subject: string,
    issuer: string,
    request: Partial<Parameters<typeof makeCertificate>[0]> = {},
  ): TestCertificate {
    const names = der(tags.sequence, der(0x86, Buffer.from(subject)));
    return makeCertificate({
      subject: 'O=sigstore',
      issuer: this.authority,
      extendedKeyUsage: { purposes: [purposes.codeSigning] },
      extensions: [extension('2.5.29.17', names, true), extension(FULCIO_ISSUER, der(0x0c, Buffer.from(issuer)))],
      ...request,
    });
  }

  /** `trusted_root.json` */
  get trustedRoot(): object {
    const valid = { start: new Date(Date.now() - YEAR).toISOString() };
    const spki = this.log.publicKey.export({ type: 'spki', format: 'der' });
    const chain = (...certificates: TestCertificate[]) => ({
      certificates: certificates.map((certificate) => ({ rawBytes: certificate.der.toString('base64') })),
    });
    const owner = { subject: { organization: 'test', commonName: 'test' }, validFor: valid };
    return {
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      tlogs: [
        {
          baseUrl: 'https://rekor.example.com',
          hashAlgorithm: 'SHA2_256',
          publicKey: { rawBytes: spki.toString('base64'), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor: valid },
          logId: { keyId: sha256(spki).toString('base64') },
        },
      ],
      certificateAuthorities: [{ ...owner, uri: 'https://fulcio.example.com', certChain: chain(this.authority) }],
      timestampAuthorities: [
        { ...owner, uri: 'https://tsa.example.com', certChain: chain(this.clock.certificate, this.clock.root) },
      ],
      ctlogs: [],
    };
  }

  /** The annotation `dev.sigstore.cosign/bundle`: the log's promise for a `hashedrekord`. */
  logAnnotation(payload: Buffer, signature: Buffer, certificate: TestCertificate, at = new Date()): string {
    const body = Buffer.from(
      JSON.stringify({
        apiVersion: '0.0.1',
        kind: 'hashedrekord',
        spec: {
          data: { hash: { algorithm: 'sha256', value: createHash('sha256').update(payload).digest('hex') } },
          signature: {
            content: signature.toString('base64'),
            publicKey: { content: Buffer.from(toPem(certificate.der)).toString('base64') },
          },
        },
      }),
    );
    const entry = {
      body: body.toString('base64'),
      integratedTime: Math.floor(at.getTime() / 1000),
      logID: sha256(this.log.publicKey.export({ type: 'spki', format: 'der' })).toString('hex'),
      logIndex: 7,
    };
    const promise = sign('sha256', Buffer.from(JSON.stringify(entry)), this.log.privateKey);
    return JSON.stringify({ SignedEntryTimestamp: promise.toString('base64'), Payload: entry });
  }

  /** TimeStampResp in DER. */
  stamp(signature: Buffer, at = new Date()): Buffer {
    return der(tags.sequence, der(tags.sequence, derInteger('00')), this.clock.stamp(signature, { at }));
  }
}

export const cosignPayload = (subject: SignedSubject, optional: object | null = null): Buffer =>
  Buffer.from(
    JSON.stringify({
      critical: {
        identity: { 'docker-reference': 'registry.example.com/acme/app' },
        image: { 'docker-manifest-digest': subject.digest },
        type: 'cosign container image signature',
      },
      optional,
    }),
  );

/** A layer of a `.sig` tag; the annotations are those that cosign writes, or a test's own. */
export interface CosignLayer {
  payload: Buffer;
  annotations: Record<string, string>;
}

export function cosignManifest(layers: CosignLayer[], subject?: SignedSubject): { digest: string; content: Buffer } {
  const content = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      config: { mediaType: mediaTypes.ociConfig, digest: digestOf(Buffer.from('{}')), size: 2 },
      layers: layers.map(({ payload, annotations }) => ({
        mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
        digest: digestOf(payload),
        size: payload.length,
        annotations,
      })),
      ...(subject && { subject }),
    }),
  );
  return { digest: digestOf(content), content };
}

/** A bundle v0.3 around a signed in-toto statement. */
export function cosignBundle(
  subject: SignedSubject,
  signer: KeyPair,
  options: {
    predicateType?: string;
    certificate?: TestCertificate;
    stamp?: (signature: Buffer) => Buffer;
    hint?: string;
  } = {},
): Buffer {
  const { predicateType = 'https://sigstore.dev/cosign/sign/v1', certificate, stamp, hint = '' } = options;
  const [algorithm = '', hex = ''] = subject.digest.split(':');
  const payload = Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ digest: { [algorithm]: hex } }],
      predicateType,
      predicate: {},
    }),
  );
  const payloadType = 'application/vnd.in-toto+json';
  const encoded = Buffer.concat([
    Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `),
    payload,
  ]);
  const signature = sign('sha256', encoded, signer.privateKey);
  const material = certificate
    ? { certificate: { rawBytes: certificate.der.toString('base64') } }
    : { publicKey: { hint } };
  const stamps = stamp && { rfc3161Timestamps: [{ signedTimestamp: stamp(signature).toString('base64') }] };
  return Buffer.from(
    JSON.stringify({
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: { ...material, ...(stamps && { timestampVerificationData: stamps }) },
      dsseEnvelope: {
        payload: payload.toString('base64'),
        payloadType,
        signatures: [{ sig: signature.toString('base64') }],
      },
    }),
  );
}
