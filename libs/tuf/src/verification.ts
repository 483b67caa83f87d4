import { TufError } from './errors';
import { invalidMetadata, type SignedFile } from './metadata';
import { keyIdOf, type PublicKey } from './public-key';
import { isSignedBy } from './signatures';

/** Who signs a role, and how many of them it takes. */
export interface RoleKeys {
  name: string;
  keys: ReadonlyMap<string, PublicKey>;
  threshold: number;
}

/** The keys that a role names, out of those listed beside it. Throws TufError when one is not listed. */
export function roleKeysOf(
  name: string,
  role: { keyids: readonly string[]; threshold: number },
  listed: Readonly<Record<string, PublicKey>>,
): RoleKeys {
  const keys = new Map<string, PublicKey>();
  for (const id of role.keyids) {
    const key = Object.hasOwn(listed, id) ? listed[id] : undefined;
    if (!key) throw new TufError(`tuf: invalid role ${name}. key with ID ${id} was not found`);
    keys.set(id, key);
  }
  return { name, keys, threshold: role.threshold };
}

/**
 * The ids of those keys whose signature is good; a signature by anybody else, or one that is not good, does not count,
 * and several by one key count once. Throws TufError when a key has another id than it is listed under.
 */
export function validSigners(file: SignedFile<unknown>, keys: ReadonlyMap<string, PublicKey>): Set<string> {
  const valid = new Set<string>();
  for (const signature of file.signatures) {
    const key = keys.get(signature.keyid);
    if (!key || valid.has(signature.keyid)) continue;
    if (keyIdOf(key) !== signature.keyid) throw new TufError('key ID is not valid for key content');
    if (isSignedBy(key, file.message, signature)) valid.add(signature.keyid);
  }
  return valid;
}

/** The keys that signed. Throws TufError when they are fewer than the role asks for. */
export function requireThreshold(file: SignedFile<unknown>, { name, keys, threshold }: RoleKeys): Set<string> {
  if (file.signatures.length === 0) throw new TufError('tuf: data has no signatures');
  const valid = validSigners(file, keys);
  if (threshold < 1 || valid.size < threshold)
    throw new TufError(`valid signatures did not meet threshold for ${name}`);
  return valid;
}

/** Throws TufError. */
export function requireVersion(version: number, role: string, least = 1): void {
  if (version < 1) throw invalidMetadata(role, 'version cannot be less than 1');
  if (version < least) throw new TufError(`version ${version} is lower than current version ${least}`);
}

export function isExpired({ expires }: { expires: Date }, now: Date): boolean {
  return expires.getTime() < now.getTime();
}

/** Throws TufError. */
export function requireUnexpired(signed: { expires: Date }, role: string, now: Date): void {
  if (isExpired(signed, now)) throw new TufError(`${role} expired at ${signed.expires.toUTCString()}`);
}

/** Throws TufError unless the role has a threshold and every key it names is listed. */
export function requireRoleStructure(
  container: string,
  name: string,
  {
    role,
    listed,
  }: { role: { keyids: readonly string[]; threshold: number }; listed: Readonly<Record<string, unknown>> },
): void {
  if (role.threshold < 1)
    throw invalidMetadata(container, `invalid threshold specified for ${name}: ${role.threshold}`);
  const missing = role.keyids.find((id) => !Object.hasOwn(listed, id));
  if (missing !== undefined)
    throw invalidMetadata(container, `key ID ${missing} specified in ${name} without corresponding key`);
}
