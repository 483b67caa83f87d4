import type { UserPrincipal } from '@breakwater/access';
import { SessionsService } from '@breakwater/identity';
import { FrontDoor } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readCookie, sessionCookie, writeCookie } from './cookies';

type SignedIn = Parameters<SessionsService['begin']>[0];

/** Sessions and the cookie that carries them. */
@Injectable()
export class BrowserSessions {
  constructor(
    private readonly sessions: SessionsService,
    private readonly frontDoor: FrontDoor,
  ) {}

  /** Where a request comes from, as sessions and the audit log keep it. */
  whence(request: FastifyRequest): { address: string; userAgent: string } {
    return {
      address: this.frontDoor.clientAddress(request.raw),
      userAgent: (request.headers['user-agent'] ?? '').slice(0, 255),
    };
  }

  /** Always under a new secret: one that somebody planted beforehand is worth nothing, and what it led to ends. */
  async begin(account: SignedIn, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const before = readCookie(request, sessionCookie);
    if (before) await this.sessions.end(before);
    this.write(request, reply, await this.sessions.begin(account, this.whence(request)));
  }

  /** Answers whose session it was. */
  async end(request: FastifyRequest, reply: FastifyReply): Promise<UserPrincipal | undefined> {
    const sid = readCookie(request, sessionCookie);
    if (!sid) return undefined;
    this.write(request, reply, '', 0);
    return this.sessions.end(sid);
  }

  private write(request: FastifyRequest, reply: FastifyReply, sid: string, maxAge?: number): void {
    const secure = this.frontDoor.baseUrl(request.raw).startsWith('https:');
    writeCookie(reply, sessionCookie, sid, { sameSite: 'Lax', secure, ...(maxAge !== undefined && { maxAge }) });
  }
}
