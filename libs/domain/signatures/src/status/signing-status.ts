/**
 * Whether a digest, or a tag, is signed as the project's trust policy asks. `stale`: it was verified with an older policy,
 * or so long ago that time may have changed it, or not yet; verification is on its way. `expired`: it was signed, and
 * nothing that is left is valid. `invalid`: nothing is valid, and something is wrong; or Notary's names of the repository
 * disagree about it.
 */
export type SigningStatus = 'signed' | 'unsigned' | 'stale' | 'expired' | 'invalid';

/** Why, for people and for programs. */
export interface SigningReason {
  /** `signature.replaced` */
  code: string;
  message: string;
}
