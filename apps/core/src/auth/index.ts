export { AccessChecker } from './access-checker';
export {
  Authenticated,
  CurrentPrincipal,
  CurrentProject,
  Public,
  RequirePermission,
  SystemPermission,
} from './access.decorators';
export { AuthModule } from './auth.module';
