export { canonicalJson } from './canonical-json';
export { InvalidUpdateError, TufError } from './errors';
export { parseEnvelope, type Envelope, type Root, type Signature, type Snapshot, type Timestamp } from './metadata';
export { canonicalKeyIdOf, keyIdOf, publicKeyOf, publicKeySchema, type PublicKey } from './public-key';
export { validatePublication, type ValidPublication } from './publication';
export { isRoleName, isTargetsRole, type ServerRole } from './role-name';
export { baseRoleKeys, parseRoot, type RootFile } from './root';
export { signedTargets, type SignedTarget } from './signed-targets';
export {
  assemble,
  namedHash,
  nextSnapshot,
  nextTimestamp,
  parseSnapshot,
  parseTimestamp,
  type Unsigned,
} from './snapshot';
export { parseTargets } from './targets';
export { isExpired, requireThreshold, type RoleKeys } from './verification';
