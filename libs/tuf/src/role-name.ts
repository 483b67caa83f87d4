/** Every repository has them; all others are delegations below `targets`. */
export const baseRoles = ['root', 'targets', 'snapshot', 'timestamp'] as const;
export type BaseRole = (typeof baseRoles)[number];
/** The roles whose keys the server may hold. */
export type ServerRole = 'snapshot' | 'timestamp';

const maxLength = 255;
/** One segment at least after `targets`, none of them empty. Dots are not allowed at all, so the path is clean. */
const delegation = /^targets(?:\/[-a-z0-9_]+)+$/;

export function isDelegation(name: string): boolean {
  return name.length <= maxLength && delegation.test(name);
}

export function isRoleName(name: string): boolean {
  return (baseRoles as readonly string[]).includes(name) || isDelegation(name);
}

/** `targets` and everything delegated below it. */
export function isTargetsRole(name: string): boolean {
  return name === 'targets' || isDelegation(name);
}

/** `targets/a` for `targets/a/b`. */
export function parentOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('/')));
}

/** From `targets` down to its parent: `targets`, `targets/a` for `targets/a/b`. */
export function ancestorsOf(name: string): string[] {
  const segments = name.split('/');
  return segments.slice(1).map((_segment, index) => segments.slice(0, index + 1).join('/'));
}

/** Parents before their children. */
export function byDepth(a: string, b: string): number {
  return a.split('/').length - b.split('/').length || (a < b ? -1 : 1);
}
