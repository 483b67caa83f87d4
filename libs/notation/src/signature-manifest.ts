import { type Manifest, mediaTypes, SignatureFault, type SignedSubject } from '@breakwater/kernel';
import { type Descriptor } from '@breakwater/kernel';
import { isEnvelopeType } from './envelope/integrity';

export const notationArtifactType = 'application/vnd.cncf.notary.signature';
const MAX_ENVELOPE = 4 * 1024 * 1024;

/** Signatures up to specification 1.1.0 have the type on their config, later ones as `artifactType`. */
export function isNotationSignature(manifest: Manifest): boolean {
  return (manifest.artifactType ?? manifest.config?.mediaType) === notationArtifactType;
}

/** signature-specification.md "Storage". Returns the layer with the envelope; throws SignatureFault. */
export function envelopeLayer(manifest: Manifest, subject: SignedSubject): Descriptor {
  if (manifest.mediaType !== mediaTypes.ociManifest || !isNotationSignature(manifest)) {
    throw new SignatureFault('the manifest is not that of a Notation signature');
  }
  if (manifest.subject?.digest !== subject.digest)
    throw new SignatureFault('the signature belongs to another artifact');
  const [layer, ...others] = manifest.layers;
  if (layer === undefined || others.length > 0) throw new SignatureFault('the signature has not exactly one envelope');
  if (!isEnvelopeType(layer.mediaType))
    throw new SignatureFault(`an envelope of the type ${layer.mediaType} is not supported`);
  if (layer.size > MAX_ENVELOPE) throw new SignatureFault(`the envelope is larger than ${MAX_ENVELOPE} bytes`);
  return layer;
}
