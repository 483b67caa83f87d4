import type { Manifest } from '@breakwater/kernel';

/** What signatures, attestations and lists of ingredients consist of: text about something else, nothing to run. */
const evidenceTypes: ReadonlySet<string> = new Set([
  'application/jose+json',
  'application/cose',
  'application/vnd.dev.cosign.simplesigning.v1+json',
  'application/vnd.dsse.envelope.v1+json',
  'application/vnd.in-toto+json',
  'application/vnd.in-toto.provenance+dsse',
  'application/vnd.in-toto.bundle',
  'application/vnd.goharbor.harbor.sbom.v1',
  'application/sarif+json',
  'application/spdx+json',
  'text/spdx',
  'text/spdx+xml',
  'text/spdx+json',
  'application/vnd.cyclonedx+json',
  'application/vnd.cyclonedx+xml',
  'application/vnd.cyclonedx',
  'application/vnd.syft+json',
  'application/vnd.oci.empty.v1+json',
]);
const bundle = /^application\/vnd\.dev\.sigstore\.bundle(\.v\d+\.\d+)?\+json(;version=\d+\.\d+)?$/;

const isEvidence = (mediaType: string): boolean => evidenceTypes.has(mediaType) || bundle.test(mediaType);

/**
 * Whether nothing in it can be run. That a manifest calls itself a signature says nothing: anybody may give an image a
 * `subject`, an `artifactType` or the tag of a signature.
 */
export function isEvidenceOnly({ kind, layers }: Manifest): boolean {
  return kind === 'image' && layers.length > 0 && layers.every(({ mediaType }) => isEvidence(mediaType));
}
