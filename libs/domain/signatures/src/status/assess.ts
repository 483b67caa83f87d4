import type { ProjectTrustPolicy } from '@breakwater/trust-policies';
import type { Evidence, Standing } from './evidence';
import type { SigningReason, SigningStatus } from './signing-status';

export interface Assessment {
  status: SigningStatus;
  /** Why it is not `signed`, and what is wrong beside what is right. */
  reasons: SigningReason[];
  /** Names of required signers who have not signed. */
  missingSigners: string[];
}

export type AskedOfSignatures = Pick<ProjectTrustPolicy, 'systems' | 'requirements' | 'signers'>;

/**
 * What evidence comes to under a policy. A further signature never takes anything away, be it invalid: who may push can
 * put one beside the good ones. Notary is the exception: its trust data is signed itself, so where its names disagree
 * about a tag, or name another digest for it, the one who owns the keys says that this is not it.
 */
export function assess(evidence: readonly Evidence[], policy: AskedOfSignatures): Assessment {
  const counting = evidence.filter(({ system }) => policy.systems.includes(system));
  const status = statusOf(counting, policy);
  const reasons = counting.flatMap((one) => one.reasons);
  const missing = missingSigners(counting, policy, ['valid']);
  const missed = missing.map((name) => ({ code: 'signer.missing', message: `the signer "${name}" has not signed` }));
  const nothing = counting.length === 0 ? [{ code: 'signature.none', message: 'nobody has signed it' }] : [];
  return { status, reasons: distinct([...reasons, ...missed, ...nothing]), missingSigners: missing };
}

function statusOf(counting: readonly Evidence[], policy: AskedOfSignatures): SigningStatus {
  const has = (standing: Standing): boolean => counting.some((one) => one.standing === standing);
  if (counting.some(({ system, standing }) => system === 'notary' && standing === 'invalid')) return 'invalid';
  if (suffices(counting, policy, ['valid'])) return 'signed';
  if (has('pending')) return 'stale';
  if (has('expired') && suffices(counting, policy, ['valid', 'expired'])) return 'expired';
  return has('invalid') ? 'invalid' : 'unsigned';
}

/** Would it do, if signatures of these standings were good? */
function suffices(evidence: readonly Evidence[], policy: AskedOfSignatures, good: Standing[]): boolean {
  const counting = evidence.filter(({ standing }) => good.includes(standing));
  return (
    counting.length > 0 &&
    policy.requirements.every(({ systems }) => counting.some(({ system }) => systems.includes(system))) &&
    missingSigners(counting, policy, good).length === 0
  );
}

function missingSigners(evidence: readonly Evidence[], { signers }: AskedOfSignatures, good: Standing[]): string[] {
  return signers
    .filter(
      (signer) =>
        !evidence.some(
          ({ system, standing, trustedBy }) =>
            good.includes(standing) &&
            system === signer.system &&
            trustedBy.some((name) => signer.trustedBy.includes(name)),
        ),
    )
    .map(({ name }) => name);
}

const most = 20;

function distinct(reasons: SigningReason[]): SigningReason[] {
  return [...new Map(reasons.map((reason) => [reason.message, reason])).values()].slice(0, most);
}
