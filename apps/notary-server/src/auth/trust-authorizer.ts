import { AppError, beginsWithHost, hostOfGun } from '@breakwater/kernel';
import { AuthenticationMetrics, FrontDoor, RateLimits } from '@breakwater/platform';
import { TokensService, type TokenAccess, type VerifiedToken } from '@breakwater/tokens';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { challenge, type BearerProblem, type Wanted } from './challenge';

type Audience = 'harbor-registry' | 'harbor-notary';

/** What a request needs; undefined GUN: the catalog, which stands for all. */
export interface Demanded {
  gun: string | undefined;
  actions: readonly string[];
}

/**
 * Decides by the token alone. Clients that learnt of the trust server from the registry's own origin bring a token for
 * `harbor-registry`: there, names with a host before them are granted as `trust`, because a project may be called like
 * a host.
 */
@Injectable()
export class TrustAuthorizer {
  constructor(
    private readonly tokens: TokensService,
    private readonly frontDoor: FrontDoor,
    private readonly metrics: AuthenticationMetrics,
    private readonly rates: RateLimits,
  ) {}

  /** The bearer's name. Throws UNAUTHORIZED with a challenge, TOOMANYREQUESTS. */
  async authorize(request: FastifyRequest, { gun, actions }: Demanded): Promise<string> {
    const wanted: Wanted =
      gun === undefined
        ? { type: 'registry', name: 'catalog', actions: ['*'] }
        : { type: 'repository', name: gun, actions };
    const refuse = (message: string, problem?: BearerProblem): AppError =>
      challenge(message, { realm: `${this.frontDoor.baseUrl(request.raw)}/service/token`, wanted, problem });
    const [, jwt] = /^bearer +(\S+) *$/i.exec(request.headers.authorization ?? '') ?? [];
    if (jwt === undefined) throw refuse('authentication required');
    const audience = audienceOf(jwt);
    const token = await this.verify(jwt, audience, (message) => refuse(message, 'invalid_token'));
    this.rates.countPrincipal(request.raw, token.principal);
    if (!satisfies(this.entries(request, token, { audience, wanted }), wanted.actions))
      throw refuse(this.explained(request, gun), 'insufficient_scope');
    return token.subject || 'anonymous';
  }

  private async verify(jwt: string, audience: Audience, refuse: (message: string) => AppError): Promise<VerifiedToken> {
    try {
      return await this.metrics.watch('token', this.tokens.verify(jwt, audience));
    } catch (error) {
      if (error instanceof AppError && error.code === 'UNAUTHORIZED') throw refuse(error.message);
      throw error;
    }
  }

  /** Of the token, what is about the resource wanted. */
  private entries(
    request: FastifyRequest,
    { access }: VerifiedToken,
    { audience, wanted }: { audience: Audience; wanted: Wanted },
  ): TokenAccess[] {
    const hosted = wanted.type === 'repository' && hostOfGun(wanted.name, this.hosts(request)) !== undefined;
    const type = audience === 'harbor-registry' && hosted ? 'trust' : wanted.type;
    return access.filter((entry) => entry.type === type && entry.name === wanted.name);
  }

  private explained(request: FastifyRequest, gun: string | undefined): string {
    const message = 'authentication required';
    if (gun === undefined || !beginsWithHost(gun) || hostOfGun(gun, this.hosts(request)) !== undefined) return message;
    const host = gun.slice(0, gun.indexOf('/'));
    return `${message}: ${host} is not a name of this platform (EXTERNAL_HOSTS tells it which are)`;
  }

  private hosts(request: FastifyRequest): string[] {
    return this.frontDoor.hosts(request.raw);
  }
}

/** `*` is all there is. */
function satisfies(entries: readonly TokenAccess[], actions: readonly string[]): boolean {
  return entries.some((entry) => entry.actions.includes('*') || actions.every((one) => entry.actions.includes(one)));
}

/** Whom it says it is for; whether that is so is verified afterwards. */
function audienceOf(jwt: string): Audience {
  try {
    const claims = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as { aud?: unknown };
    return claims.aud === 'harbor-registry' ? 'harbor-registry' : 'harbor-notary';
  } catch {
    return 'harbor-notary';
  }
}
