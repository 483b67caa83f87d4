import { type Descriptor, type Manifest, SignatureFault, type SignedSubject } from '@breakwater/kernel';
import { simpleSigningType } from './simple-signing';
import { isBundleType } from './sigstore-bundle';

/** The tag under which cosign up to 2.5 keeps signatures of `sha256:<hex>`: beside the image, in the same repository. */
export const cosignSignatureTag = (digest: string): string => `${digest.replace(':', '-')}.sig`;

/**
 * Whether a manifest may hold a signature by Cosign: a referrer by its layers, the manifest of a `.sig` tag too. An
 * attestation in a bundle looks the same here; only its content tells.
 */
export function isCosignSignature(manifest: Manifest): boolean {
  return manifest.layers.some(({ mediaType }) => mediaType === simpleSigningType || isBundleType(mediaType));
}

const MAX_LAYERS = 100;
const MAX_LAYER = 4 * 1024 * 1024;

/** The layers to verify; none in a manifest that holds something else. Throws SignatureFault. */
export function signatureLayers(manifest: Manifest, subject: SignedSubject): Descriptor[] {
  if (manifest.subject !== undefined && manifest.subject.digest !== subject.digest) {
    throw new SignatureFault('the signature belongs to another artifact');
  }
  const layers = manifest.layers.filter(({ mediaType }) => mediaType === simpleSigningType || isBundleType(mediaType));
  if (layers.length > MAX_LAYERS) throw new SignatureFault(`the manifest has more than ${MAX_LAYERS} signatures`);
  if (layers.some(({ size }) => size > MAX_LAYER))
    throw new SignatureFault(`a signature is larger than ${MAX_LAYER} bytes`);
  return layers;
}
