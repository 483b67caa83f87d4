/** The five roles of a project. Ids and names are stored and seen by clients: they never change. */
export const roleIds = { projectAdmin: 1, developer: 2, guest: 3, maintainer: 4, limitedGuest: 5 } as const;

export type RoleName = keyof typeof roleIds;
export type RoleId = (typeof roleIds)[RoleName];

const names = new Map<number, RoleName>(Object.entries(roleIds).map(([name, id]) => [id, name as RoleName]));

/** Undefined for an id that no role has. */
export function roleName(id: number): RoleName | undefined {
  return names.get(id);
}

export function isRoleId(id: number): id is RoleId {
  return names.has(id);
}
