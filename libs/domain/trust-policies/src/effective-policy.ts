import type {
  NamedStore,
  ProjectTrustPolicy,
  RequiredSigner,
  SystemRequirement,
  TrustSystem,
} from './project-trust-policy';
import { isStoreKind, type Material } from './trust-material';
import type { StoredPolicy } from './trust-policies.repository';
import { defaultSettings, trustSystems, type TrustPolicySettings } from './trust-policy-settings';

/** What a project's metadata asks for, as Harbor's has it: "signed" by Notary or Notation, "signed" by Cosign. */
const flags = [
  { name: 'enable_content_trust', systems: ['notary', 'notation'] },
  { name: 'enable_content_trust_cosign', systems: ['cosign'] },
] as const satisfies { name: SystemRequirement['because']; systems: TrustSystem[] }[];

/** What people set, joined with what the metadata asks for. */
export function effectivePolicy(stored: StoredPolicy): ProjectTrustPolicy {
  const settings = stored.settings ?? defaultSettings();
  const signers = settings.signers.map(({ name, system, trusted_by: trustedBy }): RequiredSigner => ({
    name,
    system,
    trustedBy,
  }));
  const asked = requirementsOfMetadata(stored.metadata, settings.systems);
  const systems = countingSystems(settings, asked);
  return {
    projectId: stored.projectId,
    version: stored.version,
    verdictVersion: stored.verdictVersion,
    systems,
    requirements: [...asked, ...requirementOfPolicy(settings.systems ?? systems, signers, asked)],
    ...trustOf(settings, stored.materials),
    signers,
    pull: asked.length > 0 ? 'block' : settings.pull,
    push: settings.push,
    signedTags: settings.signed_tags,
    quarantine: settings.quarantine,
  };
}

/** The policy's systems narrow what `enable_content_trust` takes, but never to nothing: it keeps its word. */
function requirementsOfMetadata(metadata: StoredPolicy['metadata'], chosen: TrustSystem[] | null): SystemRequirement[] {
  return flags
    .filter(({ name }) => metadata[name] === 'true')
    .map(({ name, systems }) => {
      const narrowed = systems.filter((system) => chosen?.includes(system));
      return { systems: narrowed.length > 0 ? narrowed : [...systems], because: name };
    });
}

function countingSystems({ systems, signers }: TrustPolicySettings, asked: SystemRequirement[]): TrustSystem[] {
  const named = new Set<TrustSystem>([
    ...(systems ?? []),
    ...signers.map(({ system }) => system),
    ...asked.flatMap((requirement) => requirement.systems),
  ]);
  return trustSystems.filter((system) => named.size === 0 || named.has(system));
}

/** One signature that counts, unless signers or the metadata ask for as much or more. */
function requirementOfPolicy(
  systems: TrustSystem[],
  signers: RequiredSigner[],
  asked: SystemRequirement[],
): SystemRequirement[] {
  const isSaid = asked.some((requirement) => requirement.systems.every((system) => systems.includes(system)));
  return signers.length > 0 || isSaid ? [] : [{ systems, because: 'policy' }];
}

/** What the verdicts on signatures hang on, as text that can be compared. */
export function verdictInputs(settings: TrustPolicySettings, materials: Material[]): string {
  const { notation, cosign } = trustOf(settings, materials);
  return JSON.stringify([notation, cosign]);
}

function trustOf(
  { notary, notation, cosign }: TrustPolicySettings,
  materials: Material[],
): Pick<ProjectTrustPolicy, 'notary' | 'notation' | 'cosign'> {
  const keys = materials.filter(({ kind }) => kind === 'cosignKey').map(({ name, content: pem }) => ({ name, pem }));
  const root = materials.find(({ kind }) => kind === 'sigstoreRoot');
  const { transparency_log: transparencyLog, time } = cosign.key_signatures;
  const keyless = cosign.keyless_signatures;
  return {
    notary: { rootKeyIds: notary.root_key_ids },
    notation: {
      stores: storesOf(materials),
      identities: notation.identities,
      level: notation.level,
      verifyTimestamp: notation.verify_timestamp,
      revocation: notation.revocation,
    },
    cosign: {
      keys,
      identities: cosign.identities,
      trustedRoot:
        cosign.trusted_root === 'uploaded' && root !== undefined
          ? { json: JSON.parse(root.content) as unknown }
          : 'public-good',
      keySignatures: { transparencyLog, time },
      keylessSignatures: { transparencyLog: keyless.transparency_log, certificateLog: keyless.certificate_log },
    },
  };
}

function storesOf(materials: Material[]): NamedStore[] {
  const stores = new Map<string, NamedStore>();
  for (const { kind, name, content } of materials) {
    if (!isStoreKind(kind)) continue;
    const key = `${kind}:${name}`;
    const store = stores.get(key) ?? { type: kind, name, certificates: [] };
    stores.set(key, store);
    store.certificates.push(content);
  }
  return [...stores.values()];
}
