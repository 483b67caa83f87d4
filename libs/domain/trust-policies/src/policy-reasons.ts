import { effectivePolicy } from './effective-policy';
import { systemNames } from './satisfied';
import type { ProjectTrustPolicy, SystemRequirement, TrustSystem } from './project-trust-policy';
import { warningsOf } from './trust-material';
import type { StoredPolicy } from './trust-policies.repository';

export interface ExplainedPolicy {
  policy: ProjectTrustPolicy;
  reasons: PolicyReason[];
  /** What its people should look at: an authority that expires, a rule that nothing can meet. */
  warnings: string[];
}

export interface PolicyReason {
  because: SystemRequirement['because'] | 'default';
  /** A sentence for people. */
  effect: string;
}

/** The policy in force, and where each part of it comes from. */
export function explainPolicy(stored: StoredPolicy, now: Date): ExplainedPolicy {
  const policy = effectivePolicy(stored);
  return { policy, reasons: reasonsOf(stored, policy), warnings: warningsAbout(stored, policy, now) };
}

const oneOf = (systems: TrustSystem[]): string => systems.map((system) => systemNames[system]).join(' or ');

const revocationEffects: Record<ProjectTrustPolicy['notation']['level'], string> = {
  strict: 'a signature by Notation is not valid when a certificate of it is revoked, or nobody can tell whether it is',
  permissive: 'that a certificate of a signature by Notation is revoked is only noted (notation.level is permissive)',
  audit: 'that a certificate of a signature by Notation is revoked is only noted (notation.level is audit)',
};

function reasonsOf({ settings }: StoredPolicy, policy: ProjectTrustPolicy): PolicyReason[] {
  const reasons: PolicyReason[] = policy.requirements
    .filter(({ because }) => because !== 'policy')
    .map(({ because, systems }) => ({
      because,
      effect: `pull is blocked for what has no valid signature by ${oneOf(systems)}`,
    }));
  if (settings === null) return [...reasons, { because: 'default', effect: 'nobody has set a policy here' }];
  const effects = [
    settings.systems !== null && `only ${oneOf(settings.systems)} is among the systems that the policy names`,
    settings.pull === 'block' && 'pull is blocked for what lacks a valid signature',
    settings.push === 'block' && 'a tag is made only on a digest that has valid signatures',
    settings.signed_tags === 'protected' && 'a tag whose digest is signed moves only to a digest that is signed, too',
    settings.quarantine !== null &&
      `what is pushed is for pushers alone until it is signed, at most ${settings.quarantine.days} days`,
    settings.signers.length > 0 &&
      `every one of these has to sign: ${policy.signers.map(({ name }) => name).join(', ')}`,
    settings.notation.revocation === 'check' && revocationEffects[settings.notation.level],
    settings.notary.root_key_ids.length > 0 && "Notary's roots need one of the pinned keys",
  ];
  return [
    ...reasons,
    ...effects.flatMap((effect): PolicyReason[] => (effect === false ? [] : [{ because: 'policy', effect }])),
  ];
}

function warningsAbout({ materials }: StoredPolicy, policy: ProjectTrustPolicy, now: Date): string[] {
  const { level, stores } = policy.notation;
  const isEnforced =
    policy.pull === 'block' ||
    policy.push === 'block' ||
    policy.signedTags === 'protected' ||
    policy.quarantine !== null;
  const about = materials.flatMap((material) =>
    warningsOf(material, now).map((warning) => `${material.kind}:${material.name}: ${warning}`),
  );
  const isNotationOut = !stores.some(({ type }) => type !== 'tsa');
  const isCosignOut = policy.cosign.keys.length + policy.cosign.identities.length === 0;
  const impossible = policy.requirements.filter(({ systems }) =>
    systems.every((system) => (system === 'notation' && isNotationOut) || (system === 'cosign' && isCosignOut)),
  );
  return [
    ...about,
    ...(isEnforced && level === 'audit' && policy.systems.includes('notation')
      ? ['notation.level is audit: a signature by anybody is valid, if it is whole']
      : []),
    ...(isEnforced
      ? impossible.map(
          ({ systems }) =>
            `nothing can be valid by ${oneOf(systems)}: upload a certificate or a key, or name an identity`,
        )
      : []),
  ];
}
