import { satisfied, type ProjectTrustPolicy, type TrustVerdict } from '@breakwater/trust-policies';
import type { Evidence, Standing } from './evidence';
import type { SigningReason, SigningStatus } from './signing-status';

export interface Assessment {
  status: SigningStatus;
  /** Why it is not `signed`, and what is wrong beside what is right. */
  reasons: SigningReason[];
  /** Names of required signers who have not signed. */
  missingSigners: string[];
  /** What counted, for `satisfied` of the trust policies, which knows what to do next. */
  verdicts: TrustVerdict[];
}

/**
 * What evidence comes to under a policy. Notary's objection wins: its trust data is signed itself, so where its names
 * disagree about a tag, or name another digest for it, the one who owns the keys says that this is not it.
 */
export function assess(evidence: readonly Evidence[], policy: ProjectTrustPolicy): Assessment {
  const counting = evidence.filter(({ system }) => policy.systems.includes(system));
  const unopposed = counting.filter((one) => !isObjection(one));
  const { missing } = satisfied({ ...policy, requirements: [] }, verdictsOf(unopposed));
  const reasons = [
    ...counting.flatMap((one) => one.reasons),
    ...missing.map(({ signer, why }) => ({ code: 'signer.missing', message: `${signer}: ${why}` })),
    ...(counting.length === 0 ? [{ code: 'signature.none', message: 'nobody has signed it' }] : []),
  ];
  return {
    status: statusOf(counting, policy),
    reasons: distinct(reasons),
    missingSigners: missing.map(({ signer }) => signer),
    verdicts: verdictsOf(counting),
  };
}

function statusOf(counting: readonly Evidence[], policy: ProjectTrustPolicy): SigningStatus {
  const has = (standing: Standing): boolean => counting.some((one) => one.standing === standing);
  if (counting.some(isObjection)) return 'invalid';
  if (suffices(counting, policy, ['valid'])) return 'signed';
  if (has('pending')) return 'stale';
  if (has('expired') && suffices(counting, policy, ['valid', 'expired'])) return 'expired';
  return has('invalid') ? 'invalid' : 'unsigned';
}

const isObjection = ({ system, standing }: Evidence): boolean => system === 'notary' && standing === 'invalid';

/** Would it do, if signatures of these standings were good? Something has to be, whatever little is asked for. */
function suffices(evidence: readonly Evidence[], policy: ProjectTrustPolicy, good: readonly Standing[]): boolean {
  const isGood = ({ standing }: Evidence): boolean => good.includes(standing);
  const supposed = evidence.map((one): Evidence => (isGood(one) ? { ...one, standing: 'valid' } : one));
  return evidence.some(isGood) && satisfied(policy, verdictsOf(supposed)).ok;
}

const statuses = {
  valid: 'valid',
  expired: 'expired',
  invalid: 'invalid',
  // Nobody vouches for what is not verified.
  pending: 'untrusted',
  none: 'untrusted',
} as const satisfies Record<Standing, TrustVerdict['status']>;

function verdictsOf(evidence: readonly Evidence[]): TrustVerdict[] {
  return evidence.map(({ system, standing, trustedBy, reasons }) => ({
    system,
    status: statuses[standing],
    trustedBy: [...trustedBy],
    reasons: reasons.map(({ message }) => message),
  }));
}

const most = 20;

function distinct(reasons: SigningReason[]): SigningReason[] {
  return [...new Map(reasons.map((reason) => [reason.message, reason])).values()].slice(0, most);
}
