export { AccessChecker } from './access-checker';
export {
  Authenticated,
  CurrentPrincipal,
  CurrentProject,
  Public,
  RequirePermission,
  SystemPermission,
} from './access.decorators';
export { RouteInventory } from './route-inventory';
export { AllowedWhenReadOnly } from './read-only.guard';
export { AuthModule } from './auth.module';
export { RequestAuthenticator } from './request-authenticator';
export { projectOf } from './request-context';
