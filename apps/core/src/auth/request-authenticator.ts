import { Inject, Injectable } from '@nestjs/common';
import { anonymous, type Principal } from '@breakwater/access';
import { Authenticator, isAccessToken, SessionsService } from '@breakwater/identity';
import { AppError } from '@breakwater/kernel';
import { AuthenticationMetrics, CONFIG, FrontDoor, isInternalSecret } from '@breakwater/platform';
import type { FastifyRequest } from 'fastify';
import { readCookie, sessionCookie } from '../browser/cookies';
import './request-context';

/** Who sends a request to the management API (management-platform.md section 1.6). */
@Injectable()
export class RequestAuthenticator {
  constructor(
    @Inject(CONFIG) private readonly config: { INTERNAL_SECRET: string },
    private readonly authenticator: Authenticator,
    private readonly frontDoor: FrontDoor,
    private readonly metrics: AuthenticationMetrics,
    private readonly sessions: SessionsService,
  ) {}

  /**
   * Other schemes than ours count as none, as in Harbor, and a session that is over does.
   * Throws UNAUTHORIZED, TOOMANYREQUESTS, UNAVAILABLE.
   */
  async principalOf(request: FastifyRequest): Promise<Principal> {
    const { authorization } = request.headers;
    const { scheme, value } = schemeOf(authorization);
    switch (scheme) {
      case 'basic':
        return this.basic(value, this.frontDoor.clientAddress(request.raw));
      case 'harbor-secret':
        return this.metrics.watch('secret', this.internal(authorization));
      case 'bearer':
        return (await this.bearer(value)) ?? this.session(request);
      default:
        return this.session(request);
    }
  }

  /** Undefined for what is no access token: tokens of other platforms come this way too. */
  private async bearer(token: string): Promise<Principal | undefined> {
    if (!isAccessToken(token)) return undefined;
    const principal = await this.metrics.watch('token', this.authenticator.bearer(token));
    if (!principal) throw new AppError('UNAUTHORIZED', 'unauthorized: wrong access token', { reason: 'login.failed' });
    return principal;
  }

  /** Pages that ask by themselves say so, and keep nobody signed in. */
  private async session(request: FastifyRequest): Promise<Principal> {
    const sid = readCookie(request, sessionCookie);
    const renew = request.headers['x-harbor-no-session-renewal'] !== 'true';
    const session = sid === undefined ? undefined : await this.sessions.find(sid, renew);
    request.sessionId = session?.id;
    return session?.principal ?? anonymous;
  }

  private async internal(authorization: string | undefined): Promise<Principal> {
    if (isInternalSecret(authorization, this.config.INTERNAL_SECRET)) return { kind: 'internal', name: 'internal' };
    throw new AppError('UNAUTHORIZED', 'unauthorized: wrong secret');
  }

  /** Who sends Basic credentials that were proven just now, without asking anybody. */
  recall(request: FastifyRequest): Principal | undefined {
    const { scheme, value } = schemeOf(request.headers.authorization);
    const login = scheme === 'basic' ? loginOf(value) : undefined;
    return login && this.authenticator.recall(login.username, login.password);
  }

  private async basic(encoded: string, address: string): Promise<Principal> {
    const login = loginOf(encoded);
    const principal =
      login && (await this.metrics.watch('basic', this.authenticator.basic(login.username, login.password, address)));
    if (!principal)
      throw new AppError('UNAUTHORIZED', 'unauthorized: wrong user name or password', { reason: 'login.failed' });
    return principal;
  }
}

/** The scheme in lower case; both empty when there is none. */
function schemeOf(authorization: string | undefined): { scheme: string; value: string } {
  const [, scheme = '', value = ''] = /^(\S+) +(.*)$/.exec(authorization ?? '') ?? [];
  return { scheme: scheme.toLowerCase(), value };
}

/** RFC 7617 section 2. */
function loginOf(encoded: string): { username: string; password: string } | undefined {
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon > 0 ? { username: text.slice(0, colon), password: text.slice(colon + 1) } : undefined;
}
