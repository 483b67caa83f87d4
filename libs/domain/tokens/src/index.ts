export { SigningKey } from './signing-key.entity';
export { type TokenAccess, type TokenPrincipal, type VerifiedToken } from './claims';
export { SigningKeys } from './signing-keys';
export { TokensModule } from './tokens.module';
export { TokensService, type IssuedToken, type TokenRequest } from './tokens.service';
