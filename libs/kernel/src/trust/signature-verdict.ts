/**
 * What came of verifying one signature, whichever system made it. Stored and shown, so it holds nothing that only a
 * process has: no keys, no handles.
 */
export interface SignatureVerdict {
  system: 'notation' | 'cosign';
  /** How it is written: `jws`, `cose`, `simple-signing`, `bundle`. */
  format: string;
  status: SignatureStatus;
  /** Why the status is not `valid`, in the order in which the checks were made. */
  reasons: string[];
  checks: SignatureCheck[];
  /** Who signed, as the signature says; believed only when `status` is `valid`. */
  signer?: Signer;
  /** Names of the settings that the signer was found by: `ca:acme`, the id of a key, the name of an identity. */
  trustedBy: string[];
  signedAt?: SigningTime;
  /** Until when the signer wanted it to be used. */
  expires?: Date;
  /** After this moment time alone can change the verdict: verify again then. */
  recheckAt?: Date;
  /** What the signer said in addition, signed with the rest: build numbers and the like. */
  claims: Record<string, string>;
}

/**
 * `valid`: every check that the settings enforce has passed. `untrusted`: whole, but nobody vouches for the signer.
 * `skipped`: the settings ask for no verification here. `not-a-signature`: an attestation or an unknown kind.
 */
export type SignatureStatus = 'valid' | 'expired' | 'revoked' | 'untrusted' | 'invalid' | 'skipped' | 'not-a-signature';

export interface SignatureCheck {
  name: string;
  /** `logged`: failed, and the settings say that this is only to be noted. */
  outcome: 'passed' | 'failed' | 'logged' | 'skipped';
  reason?: string;
}

export interface Signer {
  /** A certificate's subject as `C=…, O=…, CN=…`, its alternative name, or a key's id. */
  identity: string;
  /** The certificate's issuer, or the OpenID provider that vouched for the identity. */
  issuer?: string;
  /** SHA-256 of each certificate in lower-case hex, the signer's first; of a key alone, that of its SPKI. */
  thumbprints: string[];
  chain: CertificateSummary[];
}

export interface CertificateSummary {
  subject: string;
  issuer: string;
  /** Lower-case hex. */
  serial: string;
  thumbprint: string;
  notBefore: Date;
  notAfter: Date;
}

export interface SigningTime {
  at: Date;
  /** Whose clock it is: a timestamp authority's or transparency log's can be believed, the signer's own cannot. */
  source: 'signer' | 'signing-authority' | 'timestamp-authority' | 'transparency-log';
}

/** The manifest that a signature is to be about. */
export interface SignedSubject {
  mediaType: string;
  digest: string;
  /** Bytes. */
  size: number;
}
