import { AppError } from '@breakwater/kernel';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toTrustMaterial, type TrustMaterial } from '@sigstore/verify';
import { publicGoodRoot } from './public-good-root';

/** Whom a keyless signature is believed by: authorities, transparency logs, timestamp authorities. */
export type SigstoreRoot = Omit<TrustMaterial, 'publicKey'>;

const MEDIA_TYPE = /^application\/vnd\.dev\.sigstore\.trustedroot(?:\+json;version=0\.1|\.v0\.2\+json)$/;

/** Takes an uploaded `trusted_root.json`, of a private Sigstore or a newer public one. Throws BAD_REQUEST. */
export function parseSigstoreRoot(json: unknown): SigstoreRoot {
  try {
    const root = TrustedRoot.fromJSON(json);
    if (!MEDIA_TYPE.test(root.mediaType)) throw new Error('it is not of the media type of a trusted root');
    if (root.certificateAuthorities.length === 0) throw new Error('it has no certificate authority');
    return toTrustMaterial(root, {});
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('BAD_REQUEST', `invalid trusted root: ${problem}`, { reason: 'trust.root_invalid', cause });
  }
}

/** The public-good instance, as it was known when this version was made: no network is needed. */
export const bundledSigstoreRoot = (): SigstoreRoot => parseSigstoreRoot(publicGoodRoot);
