import type { SignatureVerdict } from '@breakwater/kernel';

export type TrustSystem = 'notary' | 'notation' | 'cosign';

/**
 * Which signatures count in a project, and what happens to what lacks them: as its people set it, joined with what its
 * metadata `enable_content_trust` and `enable_content_trust_cosign` ask for. It is plain data, so that it can be kept.
 */
export interface ProjectTrustPolicy {
  projectId: number;
  /**
   * Raised by every change of the policy and of its materials, never by the metadata, which change no verdict. 0: the
   * default policy, never saved.
   */
  version: number;
  /**
   * The version that last changed what verdicts hang on: certificates, keys, identities, levels. Verdicts of an older one
   * are out of date; who must sign, and what happens to what lacks it, changes none.
   */
  verdictVersion: number;
  /** Those that count. */
  systems: TrustSystem[];
  /** Each needs one valid signature by one of its systems. Empty: nothing is asked for, or the signers say it all. */
  requirements: SystemRequirement[];
  notary: NotaryTrust;
  notation: NotationPolicy;
  cosign: CosignPolicy;
  /** Every one needs a valid signature. */
  signers: RequiredSigner[];
  /** `block`: what lacks a signature is not pulled. */
  pull: 'allow' | 'block';
  /** `block`: a tag is made only on a digest that is signed already, by Notation or Cosign. */
  push: 'allow' | 'block';
  /** `protected`: a tag whose digest is signed moves only to a digest that is signed, too. */
  signedTags: 'replaceable' | 'protected';
  /** What is pushed is for pushers alone until it is signed, at most so long. */
  quarantine: { days: number } | null;
}

export interface SystemRequirement {
  systems: TrustSystem[];
  because: 'policy' | 'enable_content_trust' | 'enable_content_trust_cosign';
}

export interface RequiredSigner {
  name: string;
  system: TrustSystem;
  /**
   * Names as `SignatureVerdict.trustedBy` has them: `ca:acme` or `signingAuthority:acme` for Notation, the name of a key
   * or an identity for Cosign; for Notary delegation roles (`targets/carol`) or key ids. One of them is enough.
   */
  trustedBy: string[];
}

export interface NotaryTrust {
  /**
   * A repository's root must have one of these keys, by the id of root.json or by the one that `notary key list` shows.
   * Empty: trust on first use.
   */
  rootKeyIds: string[];
}

/** Whether trust data with these ids of its root's keys counts, where the policy pins those. */
export const isPinned = (rootKeyIds: readonly string[], pinned: readonly string[]): boolean =>
  pinned.length === 0 || rootKeyIds.some((id) => pinned.includes(id));

export interface NotationPolicy {
  stores: NamedStore[];
  /** `*` alone, or names as `x509.subject: C=DE, ST=BE, O=acme`. */
  identities: string[];
  level: 'strict' | 'permissive' | 'audit';
  /** Looked at only with a `tsa` store. */
  verifyTimestamp: 'always' | 'afterCertExpiry';
  /** `check`: OCSP responders and lists are asked whether certificates are revoked. */
  revocation: 'off' | 'check';
}

export interface NamedStore {
  type: 'ca' | 'signingAuthority' | 'tsa';
  name: string;
  /** PEM, one certificate each. */
  certificates: string[];
}

export interface CosignPolicy {
  keys: NamedKey[];
  identities: NamedIdentity[];
  /** An object is an uploaded `trusted_root.json`. */
  trustedRoot: 'public-good' | { json: unknown };
  /** What a signature with a key must prove besides. */
  keySignatures: { transparencyLog: boolean; time: boolean };
  /** What a signature with a certificate must prove besides its time. */
  keylessSignatures: { transparencyLog: boolean; certificateLog: boolean };
}

export interface NamedKey {
  name: string;
  /** SPKI. */
  pem: string;
}

export interface NamedIdentity {
  name: string;
  /** The OpenID provider, exactly. */
  issuer: string;
  subject: string;
  match: 'exact' | 'glob';
}

/** What a policy asks of a verdict; a `SignatureVerdict` of Notation or Cosign is one. */
export interface TrustVerdict extends Pick<SignatureVerdict, 'status' | 'reasons' | 'trustedBy'> {
  system: TrustSystem;
}
