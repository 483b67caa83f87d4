import { isAcceptable, parseBundle } from './certificates';
import { TufError } from './errors';
import {
  invalidMetadata,
  parseSigned,
  targetsSchema,
  type Delegation,
  type Envelope,
  type SignedFile,
  type Targets,
} from './metadata';
import type { PublicKey } from './public-key';
import { isDelegation, parentOf } from './role-name';
import { baseRoleKeys, type RootFile } from './root';
import {
  requireRoleStructure,
  requireThreshold,
  requireUnexpired,
  requireVersion,
  roleKeysOf,
  type RoleKeys,
} from './verification';

export type TargetsFile = SignedFile<Targets>;

/** What is known of a repository while one role after the other is looked at, parents first. */
export interface Hierarchy {
  root: RootFile;
  targets: Map<string, TargetsFile>;
}

/** A targets file or a delegation that has the structure of one. Throws TufError. */
export function parseTargets(envelope: Envelope, role: string): TargetsFile {
  const file = parseSigned(targetsSchema, envelope, role);
  requireVersion(file.signed.version, role);
  const { roles, keys } = file.signed.delegations;
  for (const delegation of roles) {
    if (!isDelegation(delegation.name) || parentOf(delegation.name) !== role)
      throw invalidMetadata(role, `delegation role ${delegation.name.slice(0, 255)} invalid`);
    requireRoleStructure(role, delegation.name, { role: delegation, listed: keys });
  }
  return file;
}

/**
 * Checks structure, signatures and age of a targets file or delegation against the root and the parents that were
 * looked at before. Throws TufError.
 */
export function verifyTargets(
  envelope: Envelope,
  role: string,
  { hierarchy, now, allowExpired = false }: { hierarchy: Hierarchy; now: Date; allowExpired?: boolean },
): { file: TargetsFile; signers: Set<string> } {
  const keys = role === 'targets' ? baseRoleKeys(hierarchy.root, 'targets') : delegationKeys(hierarchy, role, now);
  const file = parseTargets(envelope, role);
  const signers = requireThreshold(file, keys);
  if (!allowExpired) requireUnexpired(file.signed, role, now);
  return { file, signers };
}

/** Who signs a delegation, as its parent has it. Throws TufError. */
export function delegationKeys({ targets }: Hierarchy, role: string, now: Date): RoleKeys {
  if (!targets.has('targets')) throw new TufError('targets must be loaded first');
  const parent = targets.get(parentOf(role));
  const delegation = parent && findDelegation(parent, role);
  if (!delegation) throw new TufError(`tuf: invalid role ${role}. delegation does not exist`);
  const keys = roleKeysOf(role, delegation, parent.signed.delegations.keys);
  for (const key of keys.keys.values()) requireAcceptable(key, role, now);
  return keys;
}

export function findDelegation({ signed }: TargetsFile, role: string): Delegation | undefined {
  return signed.delegations.roles.find(({ name }) => name === role);
}

/** A certificate of a delegation may be expired: the age of what is signed counts. It may not be weak. */
function requireAcceptable({ keytype, keyval }: PublicKey, role: string, now: Date): void {
  if (!keytype.endsWith('-x509')) return;
  const [leaf] = parseBundle(Buffer.from(keyval.public, 'base64'));
  if (leaf && !isAcceptable(leaf, now, { expires: false }))
    throw new TufError(`tuf: invalid role ${role}. a certificate of it is not acceptable`);
}
