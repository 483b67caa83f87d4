import { TufError } from './errors';
import { parseEnvelope, type Delegation } from './metadata';
import type { RootFile } from './root';
import { verifyTargets, type Hierarchy, type TargetsFile } from './targets';

/** A target that a role of the repository names, with good signatures. */
export interface SignedTarget {
  role: string;
  /** A tag, as docker uses them. */
  name: string;
  /** Hex: the digest of a manifest, as docker uses them. */
  sha256: string;
  /** Bytes. */
  length: number;
  /** Who signed the role. */
  keyIds: string[];
  expires: Date;
}

interface Step {
  role: string;
  /** Prefixes of the names that the role may sign, those of its ancestors included. */
  paths: readonly string[];
}

/**
 * What a client finds when it walks from `targets` through the delegations: roles whose signatures are good, and of
 * their targets those that their paths allow. `load` gives a role's bytes, or undefined; an expired role is told by its
 * targets' `expires`.
 */
export function signedTargets(root: RootFile, load: (role: string) => Buffer | undefined, now: Date): SignedTarget[] {
  const hierarchy: Hierarchy = { root, targets: new Map() };
  const found: SignedTarget[] = [];
  const steps: Step[] = [{ role: 'targets', paths: [''] }];
  for (let step = steps.shift(); step; step = steps.shift()) {
    const { role, paths } = step;
    const loaded = tryLoad(role, { hierarchy, load, now });
    if (!loaded) continue;
    hierarchy.targets.set(role, loaded.file);
    found.push(...targetsOf(loaded.file, { role, paths, keyIds: [...loaded.signers].sort() }));
    steps.push(...loaded.file.signed.delegations.roles.map((child) => restricted(child, paths)));
  }
  return found;
}

function tryLoad(
  role: string,
  { hierarchy, load, now }: { hierarchy: Hierarchy; load: (role: string) => Buffer | undefined; now: Date },
) {
  const bytes = hierarchy.targets.has(role) ? undefined : load(role);
  if (!bytes) return undefined;
  try {
    return verifyTargets(parseEnvelope(bytes), role, { hierarchy, now, allowExpired: true });
  } catch (error) {
    // A delegation whose signer was taken away says nothing any more.
    if (error instanceof TufError) return undefined;
    throw error;
  }
}

function restricted({ name, paths }: Delegation, allowed: readonly string[]): Step {
  return { role: name, paths: paths.filter((path) => allowed.some((prefix) => path.startsWith(prefix))) };
}

function targetsOf({ signed }: TargetsFile, { role, paths, keyIds }: Step & { keyIds: string[] }): SignedTarget[] {
  return Object.entries(signed.targets).flatMap(([name, { hashes, length }]) => {
    if (hashes.sha256 === undefined || !paths.some((prefix) => name.startsWith(prefix))) return [];
    const sha256 = Buffer.from(hashes.sha256, 'base64').toString('hex');
    return [{ role, name, sha256, length, keyIds, expires: signed.expires }];
  });
}
