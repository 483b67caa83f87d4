import { bundledSigstoreRoot, parseCosignKey, parseSigstoreRoot, type CosignTrust } from '@breakwater/cosign';
import { parseTrustStoreFile, type NotationTrust } from '@breakwater/notation';
import type { ProjectTrustPolicy } from './project-trust-policy';

/**
 * For `verifyNotation`. Reads certificates: once for several signatures. Without `revocation`: where the policy asks for
 * it, the caller adds its way to the network.
 */
export function toNotationSettings({ notation }: Pick<ProjectTrustPolicy, 'notation'>): NotationTrust {
  const { stores, identities, level, verifyTimestamp } = notation;
  return {
    policy: {
      name: 'project',
      registryScopes: ['*'],
      signatureVerification: { level, verifyTimestamp },
      trustStores: stores.map(({ type, name }) => `${type}:${name}`),
      trustedIdentities: identities,
    },
    stores: stores.map(({ type, name, certificates }) => ({
      type,
      name,
      certificates: certificates.flatMap((pem) => parseTrustStoreFile(Buffer.from(pem, 'latin1'), type)),
    })),
  };
}

/** For `verifyCosign`. Reads keys and the trusted root: once for several signatures. */
export function toCosignSettings({ cosign }: Pick<ProjectTrustPolicy, 'cosign'>): CosignTrust {
  const { keys, identities, trustedRoot, keySignatures, keylessSignatures } = cosign;
  return {
    keys: keys.map(({ name, pem }) => parseCosignKey(name, pem)),
    identities,
    root: trustedRoot === 'public-good' ? bundledSigstoreRoot() : parseSigstoreRoot(trustedRoot.json),
    keySignatures,
    keylessSignatures,
  };
}
