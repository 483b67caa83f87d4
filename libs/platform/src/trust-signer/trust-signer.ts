import type {
  IdleSignerKeysWanted,
  ListedSignerKey,
  SignerKeyOf,
  SignerKeysRemoval,
  SignerPublicKey,
} from '@breakwater/contracts';

export const TRUST_SIGNER = Symbol('TRUST_SIGNER');

/** Who holds the keys of snapshots and timestamps. Throws UNAVAILABLE (`signer.unreachable`) when it does not answer. */
export interface TrustSigner {
  /** The key of that role that was not used yet; made when there is none. */
  create(owner: SignerKeyOf): Promise<SignerPublicKey>;
  /** Those of them that it holds for that role. */
  find(owner: SignerKeyOf, keyIds: readonly string[]): Promise<SignerPublicKey[]>;
  /** ECDSA over the content, base64; undefined when it does not hold the key for that role. */
  sign(owner: SignerKeyOf, keyId: string, content: Buffer): Promise<string | undefined>;
  /** Keys that nobody asked for or used for a while, in order of their ids. */
  idle(wanted: IdleSignerKeysWanted): Promise<ListedSignerKey[]>;
  /** For ever; answers those that went. Call under the lock of the GUN, with what its root names in `keep`. */
  remove(removal: SignerKeysRemoval): Promise<ListedSignerKey[]>;
  /** Throws when it is not ready to sign. */
  check(): Promise<void>;
}
