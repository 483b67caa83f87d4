import { isAcceptable, isIssuedTo, leafOf, parseBundle } from './certificates';
import { TufError } from './errors';
import { invalidMetadata, parseSigned, rootSchema, type Envelope, type Root, type SignedFile } from './metadata';
import type { PublicKey } from './public-key';
import { baseRoles, type BaseRole } from './role-name';
import {
  requireRoleStructure,
  requireThreshold,
  requireUnexpired,
  requireVersion,
  roleKeysOf,
  type RoleKeys,
} from './verification';

export type RootFile = SignedFile<Root>;

/** A root that has the structure of one. Throws TufError. */
export function parseRoot(envelope: Envelope): RootFile {
  const file = parseSigned(rootSchema, envelope, 'root');
  requireVersion(file.signed.version, 'root');
  for (const name of baseRoles) {
    const role = Object.hasOwn(file.signed.roles, name) ? file.signed.roles[name] : undefined;
    if (!role) throw invalidMetadata('root', `missing ${name} role specification`);
    requireRoleStructure('root', name, { role, listed: file.signed.keys });
  }
  return file;
}

/** Who signs `name`, as the root has it. Throws TufError. */
export function baseRoleKeys({ signed }: RootFile, name: BaseRole): RoleKeys {
  const role = signed.roles[name];
  if (!role) throw new TufError(`tuf: invalid role ${name}. role not found in root file`);
  return roleKeysOf(name, role, signed.keys);
}

export interface RootContext {
  gun: string;
  now: Date;
  /** The root that is in force, if there is one. */
  previous?: RootFile;
  /** An expired root still tells who signs what: for those in force, not for those that are published. */
  allowExpired?: boolean;
}

/**
 * A root is trusted when the keys of the one before it signed it (whatever the age of their certificates), and when
 * enough of its own, with certificates that are valid now and issued to this GUN, did too. Throws TufError.
 */
export function verifyRoot(envelope: Envelope, context: RootContext): RootFile {
  const { gun, now, previous, allowExpired = false } = context;
  const file = parseRoot(envelope);
  const own = certifiedKeys(file, { gun, now, expires: true });
  if (own.size === 0)
    throw new TufError('could not validate the path to a trusted root: unable to retrieve valid leaf certificates');
  if (previous) requireRotation(file, previous, context);
  requireSigned(file, { name: 'root', keys: own, threshold: rootThreshold(file) }, () => {
    return 'could not validate the path to a trusted root: failed to validate integrity of roots';
  });
  requireVersion(file.signed.version, 'root', previous?.signed.version);
  if (!allowExpired) requireUnexpired(file.signed, 'root', now);
  return file;
}

function requireRotation(file: RootFile, previous: RootFile, { gun, now }: RootContext): void {
  const trusted = certifiedKeys(previous, { gun, now, expires: false });
  requireSigned(file, { name: 'root', keys: trusted, threshold: rootThreshold(previous) }, () => {
    return 'could not rotate trust to a new trusted root: failed to validate data with current trusted certificates';
  });
}

function requireSigned(file: RootFile, role: RoleKeys, message: () => string): void {
  try {
    requireThreshold(file, role);
  } catch (cause) {
    throw new TufError(message(), { cause });
  }
}

const rootThreshold = ({ signed }: RootFile): number => signed.roles.root?.threshold ?? 1;

/** The root's keys whose bundle begins with its only leaf, which is issued to this GUN and acceptable. */
function certifiedKeys(
  file: RootFile,
  { gun, now, expires }: { gun: string; now: Date; expires: boolean },
): Map<string, PublicKey> {
  const { keys } = baseRoleKeys(file, 'root');
  return new Map([...keys].filter(([, key]) => isCertifiedFor(key, { gun, now, expires })));
}

function isCertifiedFor(
  { keyval }: PublicKey,
  { gun, now, expires }: { gun: string; now: Date; expires: boolean },
): boolean {
  try {
    const leaf = leafOf(parseBundle(Buffer.from(keyval.public, 'base64')));
    return isIssuedTo(leaf, gun) && isAcceptable(leaf, now, { expires });
  } catch {
    return false;
  }
}
