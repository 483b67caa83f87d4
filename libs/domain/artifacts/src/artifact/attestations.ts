import type { Manifest } from '@breakwater/kernel';

/** What an attestation of BuildKit is to the platform's image that it is about. */
const accessoryType = 'attestation.buildkit';

/** On `accessory c`: an index said so, by listing it. */
export const isAttestation = `c.type = '${accessoryType}'`;

/** On `artifact_reference f`: the child is an attestation, which the index lists as a platform "unknown/unknown". */
export const attestationReference = `coalesce(f.annotations ->> 'vnd.docker.reference.type' = 'attestation-manifest', false)`;

/**
 * Attestations that BuildKit put into the index, and the image that each is about: by the annotations that it gives their
 * descriptors. One about something that the index does not list says nothing.
 */
export function attestationsOf(manifest: Manifest): { digest: string; subjectDigest: string; type: string }[] {
  const listed = new Set(manifest.manifests.map(({ digest }) => digest));
  return manifest.manifests.flatMap(({ digest, annotations = {} }) => {
    const subjectDigest = annotations['vnd.docker.reference.digest'];
    if (annotations['vnd.docker.reference.type'] !== 'attestation-manifest' || subjectDigest === undefined) return [];
    return subjectDigest !== digest && listed.has(subjectDigest)
      ? [{ digest, subjectDigest, type: accessoryType }]
      : [];
  });
}
