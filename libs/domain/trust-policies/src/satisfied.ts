import { nextCommand, type ImageName } from './next-command';
import type {
  ProjectTrustPolicy,
  RequiredSigner,
  SystemRequirement,
  TrustSystem,
  TrustVerdict,
} from './project-trust-policy';

export interface Satisfaction {
  ok: boolean;
  missing: MissingSignature[];
  /** What to type next; null when nothing is missing. */
  nextCommand: string | null;
}

export interface MissingSignature {
  /** A required signer's name, or whose signature would do: `Notary or Notation`. */
  signer: string;
  why: string;
}

type Verdicts = readonly TrustVerdict[];

/** As people know them. */
export const systemNames: Record<TrustSystem, string> = { notary: 'Notary', notation: 'Notation', cosign: 'Cosign' };

/**
 * Whether the verdicts on one digest are what the policy asks for.
 *
 * A further signature never takes anything away, be it invalid: whoever may push can put one beside the good ones, and
 * could so stop every pull. Notary is the exception: its trust data is signed itself, so where it names another digest
 * for the tag, or the names of the repository disagree (`invalid`), the one who owns the keys says that this is not it.
 */
export function satisfied(policy: ProjectTrustPolicy, verdicts: Verdicts, image?: ImageName): Satisfaction {
  const counting = verdicts.filter(({ system }) => policy.systems.includes(system));
  const unmet = [
    ...contested(counting),
    ...policy.requirements.flatMap((requirement) => unmetRequirement(policy, requirement, counting)),
    ...policy.signers.flatMap((signer) => unmetSigner(signer, counting)),
  ];
  const [first] = unmet;
  return {
    ok: first === undefined,
    missing: unmet.map(({ signer, why }) => ({ signer, why })),
    nextCommand: first === undefined ? null : nextCommand(first.system, { policy, signer: first.required, image }),
  };
}

/**
 * As `policy`, at the moment a tag is made: Notary signs tags, so it can only have its say afterwards. A signature by one
 * of the others is needed in any case.
 */
export function beforeTagging(policy: ProjectTrustPolicy): ProjectTrustPolicy {
  const signers = policy.signers.filter(({ system }) => system !== 'notary');
  const requirements = policy.requirements
    .map(({ systems, because }) => ({ systems: withoutNotary(systems), because }))
    .filter(({ systems }) => systems.length > 0);
  const counting = withoutNotary(policy.systems);
  const systems: TrustSystem[] = counting.length > 0 ? counting : ['notation', 'cosign'];
  const least = signers.length + requirements.length > 0 ? requirements : [{ systems, because: 'policy' as const }];
  return { ...policy, systems, requirements: least, signers };
}

const withoutNotary = (systems: TrustSystem[]): TrustSystem[] => systems.filter((system) => system !== 'notary');

interface Unmet extends MissingSignature {
  system: TrustSystem;
  required?: RequiredSigner;
}

function contested(verdicts: Verdicts): Unmet[] {
  const against = verdicts.find(({ system, status }) => system === 'notary' && status === 'invalid');
  if (against === undefined) return [];
  const why = against.reasons.join('; ') || 'the trust data does not agree with this digest';
  return [{ signer: systemNames.notary, why, system: 'notary' }];
}

function unmetRequirement(policy: ProjectTrustPolicy, { systems }: SystemRequirement, verdicts: Verdicts): Unmet[] {
  const ofSystems = verdicts.filter(({ system }) => systems.includes(system));
  if (ofSystems.some(isValid)) return [];
  const signer = systems.map((system) => systemNames[system]).join(' or ');
  return [{ signer, why: whyNot(ofSystems, `by ${signer}`), system: easiest(policy, systems) }];
}

function unmetSigner(required: RequiredSigner, verdicts: Verdicts): Unmet[] {
  const ofSystem = verdicts.filter(({ system }) => system === required.system);
  const byThem = ofSystem.filter(({ trustedBy }) => trustedBy.some((name) => required.trustedBy.includes(name)));
  if (byThem.some(isValid)) return [];
  const whose = `by ${systemNames[required.system]} that ${required.trustedBy.join(' or ')} vouches for`;
  // Who is behind an invalid signature is not known, so those count as theirs that nobody else vouches for.
  const nobodys = ofSystem.filter((verdict) => verdict.trustedBy.length === 0 && !isValid(verdict));
  const candidates = byThem.length > 0 ? byThem : nobodys;
  return [{ signer: required.name, why: whyNot(candidates, whose), system: required.system, required }];
}

const isValid = ({ status }: TrustVerdict): boolean => status === 'valid';

function whyNot(verdicts: Verdicts, whose: string): string {
  const signatures = verdicts.filter(({ status }) => status !== 'not-a-signature');
  const none = `there is no signature ${whose}`;
  if (signatures.length === 0) return none;
  const found = signatures.map(({ status, reasons }) => [status, reasons[0]].filter(Boolean).join(': '));
  return `there is no valid signature ${whose}; what is there is ${[...new Set(found)].slice(0, 3).join('; ')}`;
}

/** The first that the project is set up for; Notary needs nothing set up. */
function easiest({ notation, cosign }: ProjectTrustPolicy, systems: TrustSystem[]): TrustSystem {
  const isReady: Record<TrustSystem, boolean> = {
    notation: notation.stores.some(({ type }) => type !== 'tsa'),
    cosign: cosign.keys.length + cosign.identities.length > 0,
    notary: true,
  };
  const order: TrustSystem[] = ['notation', 'cosign', 'notary'];
  const [first = 'notation'] = order.filter((system) => systems.includes(system));
  return order.find((system) => systems.includes(system) && isReady[system]) ?? first;
}
