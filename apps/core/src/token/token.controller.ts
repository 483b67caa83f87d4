import { Controller, Get, Query, Req } from '@nestjs/common';
import type { Principal } from '@breakwater/access';
import { SessionsService } from '@breakwater/identity';
import { AppError, parseScopes } from '@breakwater/kernel';
import { AppErrorWithHeaders, FrontDoor } from '@breakwater/platform';
import { TokensService } from '@breakwater/tokens';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CurrentPrincipal, Public } from '../auth';
import { readCookie, sessionCookie } from '../browser/cookies';
import { Returns } from '../rest';
import { JwksDto, TokenDto, TokenQuery } from './token.dto';
import { tokenAnswer } from './token-answer';
import { TokenScopes } from './token-scopes';
import { WarmTokens } from './warm-tokens';

const services = ['harbor-registry', 'harbor-notary'];

/** Docker's token authentication (distribution "Token Authentication"; management-platform.md section 2.2). */
@ApiTags('token')
@Controller('service')
export class TokenController {
  constructor(
    private readonly tokens: TokensService,
    private readonly scopes: TokenScopes,
    private readonly frontDoor: FrontDoor,
    private readonly warm: WarmTokens,
    private readonly sessions: SessionsService,
  ) {}

  @Get('token')
  @Public()
  @Returns(TokenDto)
  async token(
    @Query() { service, scope }: TokenQuery,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ) {
    if (!services.includes(service))
      throw new AppError('BAD_REQUEST', `unknown service ${service.slice(0, 64)}: expected ${services.join(' or ')}`);
    const scopes = parseScopes(scope);
    if (principal.kind === 'anonymous' && scopes.length === 0) throw loginNeeded();
    const purpose = { audience: service, hosts: this.frontDoor.hosts(request.raw) };
    if (request.sessionId !== undefined) await this.sessions.noteToken(readCookie(request, sessionCookie) ?? '');
    const granted = await this.scopes.grant(principal, scopes, purpose);
    if (service === 'harbor-registry') this.warm.learn(request.originalUrl, scopes);
    return tokenAnswer(await this.tokens.issue({ principal, audience: service, ...granted }));
  }

  /** The keys that verify tokens, for whoever checks them elsewhere. */
  @Get('jwks.json')
  @Public()
  @Returns(JwksDto)
  jwks() {
    return this.tokens.jwks();
  }
}

/** `docker login` without a user comes here. */
function loginNeeded(): AppError {
  return new AppErrorWithHeaders(
    new AppError('UNAUTHORIZED', 'unauthorized: log in first', { reason: 'access.unauthorized' }),
    { 'www-authenticate': 'Basic realm="harbor"' },
  );
}
