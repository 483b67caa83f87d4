import { orFault, parseJson, SignatureFault, type SignedSubject } from '@breakwater/kernel';
import { z } from 'zod';

/** signature-specification.md "Payload". */
const payload = z.object({
  targetArtifact: z.object({
    mediaType: z.string(),
    digest: z.string(),
    size: z.number(),
    annotations: z.record(z.string(), z.string()).nullish(),
  }),
});

/** Compares what was signed with what is verified; returns the signer's own annotations. Throws SignatureFault. */
export function readPayload(bytes: Buffer, subject: SignedSubject): Record<string, string> {
  const { targetArtifact: target } = orFault(
    () => payload.parse(parseJson(bytes, { maxDepth: 8 })),
    'the payload of the signature is malformed',
  );
  if (target.digest !== subject.digest) throw new SignatureFault(`the signature is about ${target.digest}`);
  if (target.mediaType !== subject.mediaType || target.size !== subject.size) {
    throw new SignatureFault('the signature states another media type or size than the artifact has');
  }
  return target.annotations ?? {};
}

/** The first pair that the settings ask for and the signature does not have, in words. */
export function missingClaim(claims: Record<string, string>, required: Record<string, string>): string | undefined {
  const missing = Object.entries(required).find(([key, value]) => !Object.hasOwn(claims, key) || claims[key] !== value);
  return missing && `the signature does not state ${missing[0]}=${missing[1]}`;
}
