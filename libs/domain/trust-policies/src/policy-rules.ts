import { AppError, compileGlob } from '@breakwater/kernel';
import { parseTrustPolicy } from '@breakwater/notation';
import { vouchingName, type Material } from './trust-material';
import type { SignerSettings, TrustPolicySettings } from './trust-policy-settings';

/** What no schema sees: whether the parts of a policy fit together and to what is uploaded. Throws BAD_REQUEST. */
export function assertConsistent(settings: TrustPolicySettings, materials: readonly Material[]): void {
  refuseTwice(settings.systems ?? [], 'the system');
  assertNotationIdentities(settings);
  assertCosign(settings, materials);
  assertSigners(settings, materials);
  assertPushPolicy(settings);
}

function assertNotationIdentities({ notation: { level, identities } }: TrustPolicySettings): void {
  const statement = {
    name: 'notation.identities',
    registryScopes: ['*'],
    signatureVerification: { level },
    trustStores: ['ca:any'],
    trustedIdentities: identities,
  };
  parseTrustPolicy({ version: '1.0', trustPolicies: [statement] });
}

function assertCosign({ cosign }: TrustPolicySettings, materials: readonly Material[]): void {
  const keys = materials.filter(({ kind }) => kind === 'cosignKey').map(({ name }) => name);
  refuseTwice([...keys, ...cosign.identities.map(({ name }) => name)], 'the name of a key or an identity');
  for (const { name, subject, match } of cosign.identities) {
    if (match === 'exact') continue;
    if (/^[*/?]*$/.test(subject))
      throw refused(`the identity "${name}" is everybody whom its issuer knows: name the account or the workflow`);
    compileGlob(subject);
  }
  if (cosign.trusted_root === 'uploaded' && !materials.some(({ kind }) => kind === 'sigstoreRoot'))
    throw refused('cosign.trusted_root is "uploaded", and no trusted root was uploaded (kind sigstoreRoot)');
}

function assertSigners(settings: TrustPolicySettings, materials: readonly Material[]): void {
  const { signers, systems } = settings;
  refuseTwice(
    signers.map(({ name }) => name),
    'the signer',
  );
  for (const signer of signers) {
    const { name, system, trusted_by: names } = signer;
    if (systems !== null && !systems.includes(system))
      throw refused(`the signer "${name}" signs with ${system}, which is not among the systems that count`);
    for (const trusted of names) assertKnown(signer, trusted, { settings, materials });
    refuseTwice(names, `signer "${name}": the name`);
  }
  assertDistinct(signers);
}

/** Otherwise one signature would count for two people. */
function assertDistinct(signers: readonly SignerSettings[]): void {
  const taken = new Map<string, string>();
  for (const { name, system, trusted_by: names } of signers) {
    for (const trusted of names) {
      const other = taken.get(`${system} ${trusted}`);
      if (other !== undefined)
        throw refused(`the signers "${other}" and "${name}" both go by ${trusted}: one signature would count for both`);
      taken.set(`${system} ${trusted}`, name);
    }
  }
}

const NOTARY_NAME = /^(?:targets(?:\/[-a-z0-9_]+)*|[0-9a-f]{64})$/;

interface Known {
  settings: TrustPolicySettings;
  materials: readonly Material[];
}

function assertKnown({ name, system }: SignerSettings, trusted: string, { settings, materials }: Known): void {
  if (system === 'notary') {
    if (NOTARY_NAME.test(trusted)) return;
    throw refused(`signer "${name}": "${trusted}" is neither a role of Notary (targets/carol) nor the id of a key`);
  }
  if (system === 'notation' && trusted.startsWith('tsa:'))
    throw refused(`signer "${name}": ${trusted} holds authorities of time stamps, which vouch for no signer`);
  const known = namesOf(system, { settings, materials });
  if (known.has(trusted)) return;
  const what = system === 'notation' ? 'store of certificates' : 'key or identity';
  throw refused(
    `signer "${name}": there is no ${what} "${trusted}"; there ${known.size > 0 ? `is ${[...known].join(', ')}` : 'is none'}`,
  );
}

function namesOf(system: 'notation' | 'cosign', { settings, materials }: Known): Set<string> {
  const ofSystem = materials.filter(({ kind }) => (kind === 'cosignKey') === (system === 'cosign'));
  const identities = system === 'cosign' ? settings.cosign.identities.map(({ name }) => name) : [];
  return new Set([...ofSystem.flatMap((material) => vouchingName(material) ?? []), ...identities]);
}

/** Notary signs tags: there must be one before there can be a signature. */
function assertPushPolicy({ push, systems, signers }: TrustPolicySettings): void {
  if (push === 'allow') return;
  const onlyNotary = [systems ?? [], signers.map(({ system }) => system)].some(
    (named) => named.length > 0 && named.every((system) => system === 'notary'),
  );
  if (onlyNotary)
    throw refused(
      'push cannot be blocked where only Notary counts: Notary signs a tag, which has to be pushed first. Let Notation or Cosign count as well (push by digest, sign, tag), or block pull instead',
    );
}

/** Names of the required signers that go by it. */
export function signersNaming(material: Pick<Material, 'kind' | 'name'>, { signers }: TrustPolicySettings): string[] {
  const name = vouchingName(material);
  if (name === undefined) return [];
  const ofKind = material.kind === 'cosignKey' ? 'cosign' : 'notation';
  return signers
    .filter(({ system, trusted_by: names }) => system === ofKind && names.includes(name))
    .map((signer) => signer.name);
}

/** Throws PRECONDITION when the policy would not hold together without it. */
export function assertUnused(material: Material, { settings, materials }: Known): void {
  if (material.kind === 'sigstoreRoot' && settings.cosign.trusted_root === 'uploaded')
    throw inUse('the policy believes this trusted root: set cosign.trusted_root to "public-good" first');
  const { id, kind, name } = material;
  if (materials.some((other) => other.id !== id && other.kind === kind && other.name === name)) return;
  const [signer] = signersNaming(material, settings);
  if (signer === undefined) return;
  throw inUse(
    `the required signer "${signer}" goes by ${vouchingName(material)}: upload its successor, or change the signer, first`,
  );
}

function inUse(message: string): AppError {
  return new AppError('PRECONDITION', message, { reason: 'trust.material_in_use' });
}

function refuseTwice(values: readonly string[], what: string): void {
  const twice = values.find((value, position) => values.indexOf(value) !== position);
  if (twice !== undefined) throw refused(`${what} "${twice}" is there twice`);
}

function refused(problem: string): AppError {
  return new AppError('BAD_REQUEST', `invalid trust policy: ${problem}`, { reason: 'trust.policy_invalid' });
}
