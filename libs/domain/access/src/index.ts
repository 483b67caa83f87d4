export {
  anonymous,
  isAdministrator,
  principalName,
  type AnonymousPrincipal,
  type InternalPrincipal,
  type Principal,
  type RobotGrant,
  type RobotPrincipal,
  type TokenGrant,
  type UserPrincipal,
} from './principal';
export {
  can,
  registryActions,
  tokenCovers,
  trustPass,
  type ProjectFacts,
  type RegistryAction,
  type TrustPass,
  type Where,
} from './can';
export {
  allPermissions,
  isGrantable,
  permissionsOfRole,
  publicPermissions,
  robotCatalogue,
  type Action,
  type CatalogueEntry,
  type Permission,
  type ProjectPermission,
  type ProjectResource,
  type Resource,
  type SystemPermission,
  type SystemResource,
} from './permissions';
export { isRoleId, roleIds, roleName, type RoleId, type RoleName } from './roles';
