import { Controller, Delete, Get, Param, Req } from '@nestjs/common';
import type { Principal } from '@breakwater/access';
import { SessionsService, UsersService } from '@breakwater/identity';
import type { FastifyRequest } from 'fastify';
import { Audited } from '../audit-logs';
import { Authenticated, CurrentPrincipal } from '../auth';
import { api, Operation, ReturnsAll, ReturnsNothing } from '../rest';
import { UserAccess } from '../users/user-access';
import { UserIdParameters } from '../users/user-id.dto';
import { SessionDto, SessionPath, toSession } from './session.dto';

const tag = 'session';

/** Where somebody is signed in, in addition to Harbor: people see and end their own, administrators everybody's. */
@Controller(`${api}/users/:user_id/sessions`)
export class SessionsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly users: UsersService,
    private readonly access: UserAccess,
  ) {}

  @Get()
  @Authenticated()
  @Operation({ id: 'listSessions', tag, summary: 'List where a user is signed in', errors: [401, 403, 404, 422] })
  @ReturnsAll(SessionDto)
  async list(
    @Param() { user_id: id }: UserIdParameters,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ) {
    this.access.requireSelfOr(principal, id, 'user:read');
    await this.users.get(id);
    return (await this.sessions.list(id)).map((session) => toSession(session, request.sessionId));
  }

  @Delete()
  @Authenticated()
  @Audited('delete_session', ({ params }, subjects) => subjects.people.user(params.user_id), 'afterwards')
  @Operation({ id: 'deleteSessions', tag, summary: 'Sign a user out everywhere', errors: [401, 403, 404, 422] })
  @ReturnsNothing()
  async deleteAll(@Param() { user_id: id }: UserIdParameters, @CurrentPrincipal() principal: Principal): Promise<void> {
    this.access.requireSelfOr(principal, id, 'user:update');
    await this.users.get(id);
    await this.sessions.revoke(id);
  }

  @Delete(':session_id')
  @Authenticated()
  @Audited('delete_session', ({ params }, subjects) => subjects.people.user(params.user_id), 'afterwards')
  @Operation({ id: 'deleteSession', tag, summary: 'End one session of a user', errors: [401, 403, 404, 422] })
  @ReturnsNothing()
  async delete(
    @Param() { user_id: id, session_id: session }: SessionPath,
    @CurrentPrincipal() principal: Principal,
  ): Promise<void> {
    this.access.requireSelfOr(principal, id, 'user:update');
    await this.sessions.revoke(id, session);
  }
}
