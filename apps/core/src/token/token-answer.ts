import type { IssuedToken } from '@breakwater/tokens';
import type { TokenDto } from './token.dto';

/** As Docker's specification and OAuth 2 clients each want it. */
export function tokenAnswer({ token, expiresIn, issuedAt }: IssuedToken): TokenDto {
  return { token, access_token: token, expires_in: expiresIn, issued_at: issuedAt.toISOString() };
}
