import { orFault, parseJson, SignatureFault, type SignedSubject } from '@breakwater/kernel';
import { type Bundle, bundleFromJSON } from '@sigstore/bundle';
import { dsse } from '@sigstore/core';
import { z } from 'zod';
import { parseTimestamp, type SignedContent, textMembers } from './signed-content';

const BUNDLE = /^application\/vnd\.dev\.sigstore\.bundle(?:\.v0\.3\+json|\+json;version=0\.[123])$/;
export const isBundleType = (mediaType: string): boolean => BUNDLE.test(mediaType);

const IN_TOTO = 'application/vnd.in-toto+json';
export const signaturePredicate = 'https://sigstore.dev/cosign/sign/v1';

/** in-toto Statement v1 (and v0.1, which differs in nothing that is read here). */
const statement = z.object({
  _type: z.enum(['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v0.1']),
  predicateType: z.string(),
  subject: z.array(z.object({ digest: z.record(z.string(), z.string()), annotations: z.unknown().optional() })).min(1),
});

/** What a bundle holds that is whole and yet says nothing about who stands for the image. */
export interface NoSignature {
  kind: string;
}

/**
 * A Sigstore bundle. An attestation comes in the same media types and is no signature: what the signed statement says
 * decides, never the annotations of the manifest. Throws SignatureFault.
 */
export function readBundle(bytes: Buffer, subject: SignedSubject): SignedContent | NoSignature {
  const bundle = orFault(() => bundleFromJSON(parseJson(bytes, { maxDepth: 32 })), 'the bundle is malformed');
  if (bundle.content.$case !== 'dsseEnvelope') return { kind: 'a signature of something else than an image' };
  const { payload, payloadType, signatures } = bundle.content.dsseEnvelope;
  if (payloadType !== IN_TOTO) return { kind: `a document of the type ${payloadType}` };
  const parsed = orFault(
    () => statement.parse(parseJson(payload, { maxDepth: 64 })),
    'the signed statement is malformed',
  );
  if (parsed.predicateType !== signaturePredicate) return { kind: `an attestation (${parsed.predicateType})` };
  const about = parsed.subject.find(({ digest }) => isDigestOf(digest, subject));
  if (about === undefined) throw new SignatureFault('the signature is about another artifact');
  return {
    format: 'bundle',
    signed: dsse.preAuthEncoding(payloadType, payload),
    payload,
    signature: signatures[0]?.sig ?? Buffer.alloc(0),
    ...keyMaterial(bundle),
    logEntries: bundle.verificationMaterial.tlogEntries,
    timestamps: (bundle.verificationMaterial.timestampVerificationData?.rfc3161Timestamps ?? []).map(
      ({ signedTimestamp }) => parseTimestamp(signedTimestamp),
    ),
    claims: textMembers(about.annotations),
  };
}

function isDigestOf(digest: Record<string, string>, subject: SignedSubject): boolean {
  const [algorithm = '', hex] = subject.digest.split(':');
  return Object.hasOwn(digest, algorithm) && digest[algorithm] === hex;
}

function keyMaterial({ verificationMaterial: { content } }: Bundle): Pick<SignedContent, 'keyHint' | 'certificate'> {
  switch (content.$case) {
    case 'publicKey':
      return { keyHint: content.publicKey.hint };
    case 'certificate':
      return { certificate: content.certificate.rawBytes };
    case 'x509CertificateChain': {
      const [leaf] = content.x509CertificateChain.certificates;
      return leaf === undefined ? {} : { certificate: leaf.rawBytes };
    }
  }
}
