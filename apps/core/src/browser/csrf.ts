import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@breakwater/kernel';
import { CONFIG, deriveKey, FrontDoor, sendError } from '@breakwater/platform';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { csrfCookie, readCookie, sessionCookie, writeCookie } from './cookies';
import { CsrfTokens } from './csrf-tokens';

const tokenHeader = 'x-harbor-csrf-token';
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);
const cookieSeconds = 12 * 3_600;

/**
 * Requests that a browser sends with somebody's session must come from our own pages (management-platform.md section 1.6).
 * What carries no session needs no token, but for what begins one; a refusal brings the token along, and clients of
 * Harbor try again with it.
 */
@Injectable()
export class Csrf {
  private readonly tokens: CsrfTokens;

  constructor(
    @Inject(CONFIG) config: { SECRET_KEY: string },
    private readonly frontDoor: FrontDoor,
  ) {
    this.tokens = new CsrfTokens(deriveKey(config.SECRET_KEY, 'csrf'));
  }

  install(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (request, reply, done) => {
      if (!isWatched(request)) return done();
      this.attach(request, reply);
      const problem = safeMethods.has(request.method) ? undefined : this.problemOf(request);
      if (problem) sendError(reply, problem);
      else done();
    });
  }

  /** Gives the page the token for its next request. */
  attach(request: FastifyRequest, reply: FastifyReply): void {
    const given = readCookie(request, csrfCookie) ?? '';
    const header = this.tokens.header(given);
    if (header !== undefined) return void reply.header(tokenHeader, header);
    const cookie = this.tokens.cookie();
    const secure = this.frontDoor.baseUrl(request.raw).startsWith('https:');
    writeCookie(reply, csrfCookie, cookie, { sameSite: 'Strict', secure, maxAge: cookieSeconds });
    void reply.header(tokenHeader, this.tokens.header(cookie) ?? '');
  }

  /** What is wrong with a request that changes something; undefined when it comes from our own pages. */
  problemOf(request: FastifyRequest): AppError | undefined {
    if (!this.isOwnOrigin(request)) return forbidden('origin invalid', 'csrf.origin');
    const token = request.headers[tokenHeader];
    if (typeof token !== 'string' || token === '') return forbidden('CSRF token not found in request', 'csrf.missing');
    if (this.tokens.matches(readCookie(request, csrfCookie) ?? '', token)) return undefined;
    return forbidden('CSRF token invalid', 'csrf.invalid');
  }

  /** Browsers say from which page; a neighbour under the same domain could have planted the cookie. */
  private isOwnOrigin({ headers, raw }: FastifyRequest): boolean {
    if (headers['sec-fetch-site'] === 'cross-site') return false;
    const { origin } = headers;
    if (origin === undefined) return true;
    if (!URL.canParse(origin)) return false;
    const { protocol, host } = new URL(origin);
    return [this.frontDoor.baseUrl(raw), `${protocol}//${headers.host ?? ''}`].some(
      (own) => URL.canParse(own) && new URL(own).host === host,
    );
  }
}

/** By the route that was matched, not by the text of the path: `/%63/login` is the same route. */
function isWatched(request: FastifyRequest): boolean {
  return readCookie(request, sessionCookie) !== undefined || (request.routeOptions.url?.startsWith('/c/') ?? false);
}

function forbidden(message: string, reason: string): AppError {
  return new AppError('FORBIDDEN', message, { reason });
}
