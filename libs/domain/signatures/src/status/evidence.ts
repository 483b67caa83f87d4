import type { SignatureStatus } from '@breakwater/kernel';
import type { ProjectTrustPolicy, TrustSystem } from '@breakwater/trust-policies';
import type { SigningReason } from './signing-status';

/**
 * What one signature counts for. `pending`: what is known of it is out of date. `none`: it is no signature, by nobody
 * whom the project trusts, or not looked at.
 */
export type Standing = 'valid' | 'pending' | 'expired' | 'invalid' | 'none';

export interface Evidence {
  system: TrustSystem;
  standing: Standing;
  trustedBy: readonly string[];
  reasons: readonly SigningReason[];
}

/** A signature as its row has it; nothing of it is known before it was verified. */
export interface SignatureFact {
  /** The digest that is signed: that of the artifact itself, or of an index that lists it. */
  of: string;
  system: 'notation' | 'cosign';
  status: SignatureStatus | null;
  trustedBy: readonly string[] | null;
  policyVersion: number | null;
  /** Its time to be verified again has come. */
  due: boolean;
  /** That time, RFC 3339; null: time alone changes nothing. */
  recheckTime: string | null;
}

const standings: Record<SignatureStatus, Standing> = {
  valid: 'valid',
  expired: 'expired',
  revoked: 'invalid',
  invalid: 'invalid',
  untrusted: 'none',
  skipped: 'none',
  'not-a-signature': 'none',
};

/** Of one digest, whose facts these are. */
export function evidenceOf(
  facts: readonly SignatureFact[],
  policy: Pick<ProjectTrustPolicy, 'verdictVersion'>,
): Evidence[] {
  return facts
    .filter(({ status }) => status !== 'not-a-signature')
    .map((fact) => {
      const standing = standingOf(fact, policy);
      return { system: fact.system, standing, trustedBy: fact.trustedBy ?? [], reasons: reasonsOf(fact, standing) };
    });
}

/** Whether it counts for what a signed index lists as well. */
export const isInherited = (standing: Standing): boolean => standing !== 'invalid' && standing !== 'none';

export function standingOf(
  { status, policyVersion, due }: Pick<SignatureFact, 'status' | 'policyVersion' | 'due'>,
  { verdictVersion }: Pick<ProjectTrustPolicy, 'verdictVersion'>,
): Standing {
  // Whatever the policy: what it is does not change.
  if (status === 'not-a-signature') return 'none';
  if (status === null || due || (policyVersion ?? 0) < verdictVersion) return 'pending';
  return standings[status];
}

const messages: Partial<Record<SignatureStatus, string>> = {
  expired: 'has expired',
  revoked: 'is by somebody whose certificate was revoked',
  invalid: 'is not valid',
  untrusted: 'is by nobody whom the project trusts',
};

function reasonsOf({ system, status, of }: SignatureFact, standing: Standing): SigningReason[] {
  const message = standing === 'pending' ? 'is yet to be verified' : status && messages[status];
  if (!message) return [];
  const code = standing === 'pending' ? 'signature.pending' : `signature.${status}`;
  return [{ code, message: `a signature of ${of} with ${nameOf[system]} ${message}` }];
}

const nameOf: Record<TrustSystem, string> = { notary: 'Notary', notation: 'Notation', cosign: 'Cosign' };
